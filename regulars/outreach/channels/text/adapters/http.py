"""Any other provider, told by settings: where to, with which headers, what to send, and how its answer reads.

Words are put into values after these were taken apart (JSON, form, address), so that no text can break out of its
place. The address is checked at each call: see kit.outside.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.utils.translation import gettext as _

from regulars.kit import outside
from regulars.kit.errors import Refusal
from regulars.outreach.channels.text.adapters import Answer, Kind, Mark, Outgoing, unanswered
from regulars.outreach.models import TextAccount

PLACE = re.compile(r"\{(to|to_digits|from|text|key|callback)\}")

# What a provider is asked with; outside knows more.
SENDING_METHODS = outside.METHODS - {"DELETE"}


@dataclass(frozen=True)
class Options:
    """The settings of a generic provider. Paths lead into its JSON: "messages.0.id"."""

    method: str = "POST"
    url: str = ""
    content: str = "json"
    body: str = ""
    ok_from: int = 200
    ok_until: int = 299
    ok_path: str = ""
    ok_values: str = ""
    id_path: str = ""
    error_path: str = ""
    gone_values: str = ""
    is_idempotent: bool = False
    in_id: str = "id"
    in_from: str = "from"
    in_text: str = "text"
    status_id: str = "id"
    status_path: str = "status"
    delivered_values: str = "delivered"
    failed_values: str = "failed, undelivered, rejected, expired"
    signed_in: str = "X-Signature"

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Options:
        return cls(**{one.name: told[one.name] for one in fields(cls) if one.name in told})


def checked(options: Options, headers: str) -> None:
    """Refuse settings by which nothing could be sent."""
    if options.method not in SENDING_METHODS:
        raise Refusal(_("Choose how the provider is called."), field="method")
    outside.checked_address(_filled(options.url, SAMPLE, quoted=True))
    headers_of(headers)
    if options.content not in {"json", "form", "none"}:
        raise Refusal(_("Choose what the provider is sent."), field="content")
    body_of(options, SAMPLE)
    if "{text}" not in options.url + options.body:
        raise Refusal(_("Nowhere does it say {text}: the message itself would be missing."), field="body")


def headers_of(text: str) -> dict[str, str]:
    """One header a line: "Authorization: Bearer …"."""
    found = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise Refusal(_("Write each header as its name, a colon, and its value."), field="headers")
        if line.strip():
            found[name.strip()] = value.strip()
    return found


def body_of(options: Options, text: Outgoing) -> tuple[bytes, str]:
    """The bytes to send, and their kind."""
    if options.content == "none" or options.method == "GET":
        return b"", ""
    if options.content == "form":
        pairs = parse_qsl(options.body.replace("\r\n", "&").replace("\n", "&"), keep_blank_values=True)
        told = urlencode([(name, _filled(value, text)) for name, value in pairs])
        return told.encode(), "application/x-www-form-urlencoded"
    try:
        shape = json.loads(options.body)
    except ValueError as fault:
        raise Refusal(_("What is sent is not JSON: %(said)s") % {"said": str(fault)[:120]}, field="body") from None
    return json.dumps(_woven(shape, text), ensure_ascii=False).encode(), "application/json"


def _woven(shape: Any, text: Outgoing) -> Any:
    if isinstance(shape, dict):
        return {name: _woven(value, text) for name, value in shape.items()}
    if isinstance(shape, list):
        return [_woven(value, text) for value in shape]
    return _filled(shape, text) if isinstance(shape, str) else shape


def _filled(template: str, text: Outgoing, *, quoted: bool = False) -> str:
    """Fill the places in; what is filled in is not looked at again."""
    values = {
        "to": text.to,
        "to_digits": text.to.lstrip("+"),
        "from": text.sender,
        "text": text.words,
        "key": text.key,
        "callback": text.callback,
    }
    return PLACE.sub(lambda place: quote(values[place[1]], safe="") if quoted else values[place[1]], template)


SAMPLE = Outgoing("key", "+4915123456789", "Shop", "Hello")


class HttpProvider:
    def __init__(self, options: Options, headers: Mapping[str, str]) -> None:
        self.options, self.headers = options, headers
        self.is_idempotent = options.is_idempotent

    @classmethod
    def of(cls, account: TextAccount) -> HttpProvider:
        options = Options.of(account.options)
        checked(options, account.headers)
        return cls(options, headers_of(account.headers))

    def send(self, text: Outgoing, mark: Mark) -> Answer:
        body, kind = body_of(self.options, text)
        told = {name: _filled(value, text) for name, value in self.headers.items()}
        if kind:
            told.setdefault("Content-Type", kind)
        url = _filled(self.options.url, text, quoted=True)
        try:
            reply = outside.call(self.options.method, url, headers=told, body=body, mark=mark)
        except Refusal as refusal:
            return Answer("account", "connecting", refusal.sentence)
        if not reply.was_answered:
            answer = unanswered(reply)
            # Whoever sends a key only once can be asked again without harm.
            return Answer("later", answer.stage, answer.said) if self.is_idempotent else answer
        return self._answer(reply)

    def _answer(self, reply: outside.Reply) -> Answer:
        options, said = self.options, _read(reply.body)
        is_ok = options.ok_from <= reply.status <= options.ok_until
        if is_ok and options.ok_path:
            is_ok = found_at(said, options.ok_path) in listed(options.ok_values)
        if is_ok:
            return Answer("sent", "answered", f"HTTP {reply.status}", found_at(said, options.id_path)[:120])
        code = found_at(said, options.error_path)
        words = f"HTTP {reply.status} {reply.body[:200]}".strip()
        if code and code in listed(options.gone_values):
            return Answer("no_such_number", "answered", words, code=code)
        return Answer(self._kind_of(reply.status), "answered", words, code=code or str(reply.status))

    def _kind_of(self, status: int) -> Kind:
        if status in {401, 403, 404}:
            return "account"
        if status in {429, 503}:
            return "later"
        if status >= 500:
            return "later" if self.is_idempotent else "unknown"
        return "refused"


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}


def found_at(said: Any, path: str) -> str:
    """The value at a path as text; "" where there is none."""
    here = said
    for step in path.split(".") if path else ():
        if isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        elif isinstance(here, dict) and step in here:
            here = here[step]
        else:
            return ""
    return "" if not path or isinstance(here, dict | list) or here is None else str(here)


def listed(values: str) -> frozenset[str]:
    return frozenset(value.strip() for value in values.split(",") if value.strip())


def is_signed(secret: str, body: bytes, given: str) -> bool:
    """HMAC-SHA256 of the whole body under the shared secret, in hex or base64, with or without "sha256=" before it."""
    if not secret:
        return False
    mac = hmac.new(secret.encode(), body, hashlib.sha256)
    said = given.strip().removeprefix("sha256=")
    is_hex = hmac.compare_digest(mac.hexdigest().encode(), said.lower().encode())
    return is_hex or hmac.compare_digest(b64encode(mac.digest()), said.encode())
