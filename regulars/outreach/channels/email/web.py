"""Letters over the web: one request in flight, one recipient a request, and an exact account of how far it got.

Before the request leaves, nothing can have been taken. Once it has left, silence means that nobody knows, except where
the service lets a request be repeated under the same key: then it is asked once more at once.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from contextlib import suppress
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailNotSupportedWarning,
    AnymailRecipientsRefused,
)
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from regulars.outreach.channels.email.carrying import Envelope, Kind, Mark, Result
from regulars.outreach.channels.email.esps import Esp
from regulars.outreach.channels.email.letters import Letter, headers_beside, parts_of
from regulars.outreach.channels.email.smtp import IDLE_SECONDS
from regulars.outreach.channels.email.ways import WebWay
from regulars.outreach.channels.email.wire import picture_part

if TYPE_CHECKING:
    from anymail.backends.base_requests import AnymailRequestsBackend
    from anymail.message import AnymailStatus

CONNECT_SECONDS = 10
# SendGrid closed its free plan, and with it went the tests of anymail's authors; ours remain.
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)


class WebLine:
    """One kept-open connection to a service. It looks like a line to a mail server."""

    def __init__(self, way: WebWay) -> None:
        self.way = way
        self._backend: AnymailRequestsBackend | None = None
        self._idle_since = time.monotonic()

    def open(self) -> AnymailRequestsBackend:
        if self._backend is None:
            make = import_string(self.way.of.backend_path)
            told = {**dict(self.way.told), "api_url": self.way.url, "ignore_unsupported_features": False}
            self._backend = make(requests_timeout=(CONNECT_SECONDS, self.way.timeout), **told)
            self._backend.open()
        return self._backend

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            with suppress(requests.RequestException):
                backend.close()

    @property
    def is_stale(self) -> bool:
        return self._backend is not None and time.monotonic() - self._idle_since > IDLE_SECONDS

    def carry(self, envelope: Envelope, mark: Mark) -> Result:
        """Hand over one letter. `mark` is told each stage before it begins."""
        if self.is_stale:
            self.close()
        mark("connecting")
        assert envelope.letter is not None
        message = as_message(envelope.letter, envelope.touch_id, self.way.of)
        result = self._ask(message, envelope.letter.message_id, mark)
        if result.kind == "unknown" and result.code == 0 and self.way.of.same_key:
            again = self._ask(message, envelope.letter.message_id, mark)
            result = again if again.kind == "sent" else Result("later", again.stage, again.code, again.said)
        self._idle_since = time.monotonic()
        return result

    def _ask(self, message: EmailMultiAlternatives, name: str, mark: Mark) -> Result:
        try:
            backend = self.open()
            if self.way.of.same_key and backend.session is not None:
                backend.session.headers[self.way.of.same_key] = name.strip("<>")
            mark("handing over")
            backend.send_messages([message])
        except AnymailRecipientsRefused as fault:
            return _refused(fault)
        except requests.RequestException as fault:
            self.close()
            return _broken_off(fault)
        except AnymailConfigurationError as fault:
            return Result("account", "connecting", 0, str(fault)[:300])
        except AnymailError as fault:
            return Result("refused", "connecting", 0, str(fault)[:300])
        return _taken(message.anymail_status)  # type: ignore[attr-defined]  # anymail adds it


def as_message(letter: Letter, touch_id: int, esp: Esp) -> EmailMultiAlternatives:
    """The letter as anymail takes it. Our number and the letter's name go with it, so that news of it find it again."""
    text, html = parts_of(letter)
    message = EmailMultiAlternatives(
        letter.subject,
        text,
        _party(letter.sender.name, letter.sender.address),
        [_party(letter.to_name, letter.to_address)],
        reply_to=[letter.sender.reply_to] if letter.sender.reply_to else None,
        headers={**headers_beside(letter), **dict(esp.more_headers)},
    )
    message.attach_alternative(html, "text/html")
    for file in letter.enclosed:
        message.attach(file.name, file.content, file.media_type)
    for picture in letter.dress.inside if letter.dress else ():
        message.attach(picture_part(picture))
    message.metadata = {"touch": str(touch_id), "letter": letter.message_id.strip("<>").partition("@")[0]}  # type: ignore[attr-defined]
    return message


def _party(name: str, address: str) -> str:
    return str(Address(display_name=name, addr_spec=address)) if name else address


def look_in(way: WebWay) -> Result:
    """Ask the service for something that changes nothing, to see whether it knows us."""
    told = dict(way.told)
    kind, _space, proof = way.of.sign.format(**told).partition(" ")
    look = way.of.look.format(**told)
    # Mailtrap is asked elsewhere than it is written to; wherever else we were sent, all is in one place.
    url = look if look.startswith("https://") and way.url == way.of.url else urljoin(way.url, look.rpartition("://")[2])
    asked: dict[str, Any] = {"timeout": (CONNECT_SECONDS, way.timeout), "allow_redirects": False}
    if kind == "basic":
        asked["auth"] = tuple(proof.split(":", 1))
    elif kind != "body":
        asked["headers"] = {kind.rstrip(":"): proof}
    try:
        if kind == "body":
            reply = requests.post(url, json=dict([proof.split("=", 1)]), **asked)  # noqa: S113  (in `asked`)
        else:
            reply = requests.get(url, **asked)  # noqa: S113  (in `asked`)
    except requests.RequestException as fault:
        return Result("account", "connecting", 0, _short(fault))
    # A key that may send but not look around is a good key.
    is_good = reply.ok or "restricted_api_key" in reply.text or (reply.status_code == 403 and way.esp == "sparkpost")
    return Result("sent" if is_good else "account", "answered", reply.status_code, _words(reply))


def _taken(status: AnymailStatus) -> Result:
    """What a service made of a letter that it answered well, or with "failed", which says nothing of the why."""
    code, said = getattr(status.esp_response, "status_code", 200), _words(status.esp_response)
    kinds, name = set(status.status or ()), str(status.message_id or "")
    if kinds & {"sent", "queued"}:
        return Result("sent", "answered", code, said, name)
    if kinds == {"failed"}:
        return Result(kind_of(code if code >= 400 else 400, said), "answered", code, said)
    return Result("sent" if name else "unknown", "answered", code, said, name, closes=not name)


def _refused(fault: AnymailRecipientsRefused) -> Result:
    """The service does not write to this person: it knows the address as dead, or they complained there."""
    return Result("refused", "recipient", getattr(fault.response, "status_code", 0), _words(fault.response))


def _broken_off(fault: requests.RequestException) -> Result:
    if isinstance(fault, AnymailAPIError) and fault.response is not None:
        code, said = fault.response.status_code, _words(fault.response)
        code = 400 if code == 500 and _is_a_plain_no(fault.response) else code
        is_silly = code < 300 and "endpoint" not in str(fault)
        kind: Kind = "unknown" if is_silly else kind_of(code, said)
        return Result(kind, "answered", code, said, closes=kind == "unknown")
    if _is_before_the_first_byte(fault):
        return Result("account", "connecting", 0, _short(fault))
    return Result("unknown", "handed over", 0, _short(fault), closes=True)


def _is_a_plain_no(reply: requests.Response) -> bool:
    """Mandrill answers 500 to whatever it does not take, and says "GeneralError" only when it does not know itself."""
    try:
        told = reply.json()
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("status") == "error" and told.get("name") not in {None, "GeneralError"}


def _is_before_the_first_byte(fault: BaseException) -> bool:
    """Did the connection never come about? Then the service has seen nothing of the letter."""
    if isinstance(fault, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    if isinstance(fault, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return True
    seen: BaseException | None = fault
    while seen is not None:
        reason = getattr(seen.args[0], "reason", None) if seen.args else None
        names = {type(seen).__name__, type(reason).__name__}
        if names & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}:
            return True
        seen = seen.__cause__ or seen.__context__
    return False


# Which word of an answer says whose fault it is. The recipient is asked for first: "'to' is not a valid address".
RECIPIENT = re.compile(
    r"personalizations\.\d+\.to|\bto\[\d+\]|['\"`“](to|recipients?)['\"`”]|not valid in to\b"
    r"|\bto (address|parameter|field)"
    r"|recipient|inactive address|unsubscribed|blocklist|blacklist|is an invalid email address",
    re.IGNORECASE,
)
ACCOUNT = re.compile(
    r"\bsender|balance|payment|\bfrom\b|not verified|verif|domain|signature|credit|quota|suspend|disabled|limit"
    r"|exceeded|unauthor|not authori[sz]ed|permission|forbidden|pending approval|activat|\bplan\b|api.?key|token",
    re.IGNORECASE,
)


def kind_of(code: int, said: str) -> Kind:
    """Whose fault an answer is: the account's, this letter's, or nobody knows whether it was taken."""
    if code in {401, 402, 403, 404, 405, 429, 503} or code < 300:
        return "account"
    if code == 408 or code >= 500 or code == 409:
        return "unknown"
    if RECIPIENT.search(said):
        return "refused"
    return "account" if ACCOUNT.search(said) else "refused"


def _words(reply: requests.Response | None) -> str:
    """What a service said, without the brackets around it."""
    if reply is None:
        return ""
    try:
        said = list(_sentences(json.loads(reply.text)))
    except ValueError:
        said = [reply.text]
    return " ".join(" ".join(said).split())[:280] or str(reply.reason or "")


SAYING = ("message", "errormessage", "error", "errors", "messages", "description", "code", "reason", "field", "name",
          "errorrelatedto", "reject_reason", "detail")  # fmt: skip


def _sentences(told: object) -> list[str]:
    if isinstance(told, str):
        return [told]
    if isinstance(told, list):
        return [line for one in told[:5] for line in _sentences(one)]
    if isinstance(told, dict):
        return [line for name, one in told.items() if name.lower() in SAYING for line in _sentences(one)]
    return []


def _short(fault: BaseException) -> str:
    cause = fault.__cause__ or fault
    return f"{type(cause).__name__}: {cause}"[:280]
