"""Twilio: the messages resource of its REST API, and the signature under everything it tells us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from regulars.kit import outside
from regulars.outreach.channels.text.adapters import Answer, Kind, Mark, Outgoing, unanswered
from regulars.outreach.models import TextAccount

API = "https://api.twilio.com/2010-04-01/Accounts"
# What its error codes mean for us; https://www.twilio.com/docs/api/errors
NO_SUCH_NUMBER = frozenset({21211, 21214, 21217, 21614, 30005, 30006})
LEFT = frozenset({21610})
ACCOUNT = frozenset({20003, 20005, 20404, 21212, 21603, 21606, 21659, 30001, 30002})
# What Twilio answers by itself, unless told otherwise, so that we need not.
ITS_OWN_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop", "yes",
     "help", "info"}
)  # fmt: skip
STATUSES: dict[str, str] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "accepted"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}


class Twilio:
    """Knows no idempotency keys: what was handed over without an answer is never sent again by itself."""

    is_idempotent = False

    def __init__(self, sid: str, token: str) -> None:
        self.sid, self.token = sid, token

    @classmethod
    def of(cls, account: TextAccount) -> Twilio:
        return cls(account.username, account.password)

    def send(self, text: Outgoing, mark: Mark) -> Answer:
        asked = {"To": text.to, "Body": text.words}
        asked["MessagingServiceSid" if text.sender.startswith("MG") else "From"] = text.sender
        if text.callback:
            asked["StatusCallback"] = text.callback
        reply = outside.call(
            "POST",
            f"{API}/{quote(self.sid, safe='')}/Messages.json",
            headers={
                "Authorization": "Basic " + base64.b64encode(f"{self.sid}:{self.token}".encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(asked).encode(),
            mark=mark,
        )
        return _answer(reply) if reply.was_answered else unanswered(reply)


def _answer(reply: outside.Reply) -> Answer:
    said = _read(reply.body)
    code = said.get("code") or said.get("error_code") or 0
    number = int(code) if str(code).isdigit() else 0
    words = str(said.get("message") or said.get("error_message") or f"HTTP {reply.status}")[:280]
    if reply.status in {200, 201} and said.get("sid"):
        return Answer("sent", "answered", str(said.get("status", "")), str(said["sid"]))
    return Answer(_kind_of(reply.status, number), "answered", words, code=str(number or reply.status))


def _kind_of(status: int, code: int) -> Kind:
    if code in NO_SUCH_NUMBER:
        return "no_such_number"
    if code in LEFT:
        return "left"
    if code in ACCOUNT or status in {401, 403}:
        return "account"
    if status in {429, 503}:
        return "later"
    # A fault of theirs after they had all of it: they may have taken it.
    return "refused" if 400 <= status < 500 else "unknown"


def _read(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """What Twilio writes into X-Twilio-Signature: the address and the sorted fields, under the account's token."""
    told = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def is_signed(token: str, url: str, fields: Iterable[tuple[str, str]], given: str) -> bool:
    """Compared without telling by its time how much was right; an empty token signs nothing."""
    return bool(token) and hmac.compare_digest(signature(token, url, fields).encode(), given.encode())


def status_of(fields: Mapping[str, str]) -> str:
    """Our word for its status; "" for one that says nothing new."""
    return STATUSES.get(fields.get("MessageStatus", "") or fields.get("SmsStatus", ""), "")
