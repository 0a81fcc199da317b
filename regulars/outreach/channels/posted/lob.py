"""Lob and services of its shape: postcards and letters as finished pages, an Idempotency-Key with each."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import quote

from django.utils.translation import gettext as _

from regulars.kit.outside import Reply, call
from regulars.outreach.channels.posted.orders import Declined, MailPiece, Place, Taken, Unclear

TIMEOUT_SECONDS = 30
# Busy, broken or in between: what was asked may or may not have been made.
UNCLEAR = frozenset({408, 409, 425, 429})


class Lob:
    """One account with the service; `address` is where its API begins."""

    def __init__(self, address: str, api_key: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.address, self.timeout = address.rstrip("/"), timeout
        self.sign = "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()

    def create(self, piece: MailPiece, key: str) -> Taken:
        """Have it made. The same key twice makes one."""
        fields = {**_place("to", piece.to), **_place("from", piece.sender)}
        if piece.is_card:
            fields |= {"size": "4x6"}
        else:
            fields |= {"color": "true", "address_placement": "insert_blank_page"}
        body, kind = _form(fields, {"front": piece.front, "back": piece.back} if piece.is_card else {"file": piece.pdf})
        what = "postcards" if piece.is_card else "letters"
        headers = {"Authorization": self.sign, "Content-Type": kind, "Idempotency-Key": key}
        return _taken(call("POST", f"{self.address}/{what}", headers=headers, body=body, timeout=self.timeout))

    def cancel(self, provider_id: str) -> bool:
        """Call it off; the service says no once it is being printed."""
        what = "postcards" if provider_id.startswith("psc_") else "letters"
        url = f"{self.address}/{what}/{quote(provider_id, safe='')}"
        reply = call("DELETE", url, headers={"Authorization": self.sign}, timeout=self.timeout)
        if not reply.was_answered or reply.status >= 500 or reply.status in UNCLEAR:
            raise Unclear(_said(reply))
        return reply.status < 300


def _taken(reply: Reply) -> Taken:
    if reply.stage == "connecting":
        raise Declined(_said(reply))
    if not reply.was_answered or reply.status >= 500 or reply.status in UNCLEAR:
        raise Unclear(_said(reply))
    if reply.status >= 300:
        raise Declined(_said(reply))
    found = _json(reply)
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise Unclear(_("The answer could not be read."))
    return Taken(str(found["id"])[:80], _day(found.get("expected_delivery_date")), _moment(found.get("send_date")))


def _json(reply: Reply) -> Mapping[str, object]:
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(reply: Reply) -> str:
    error = _json(reply).get("error")
    message = error.get("message") if isinstance(error, dict) else ""
    return str(message or reply.fault or reply.status)[:280]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _place(name: str, place: Place) -> dict[str, str]:
    parts = {
        "name": place.name, "address_line1": place.line1, "address_line2": place.line2, "address_city": place.city,
        "address_state": place.region, "address_zip": place.postcode, "address_country": place.country,
    }  # fmt: skip
    return {f"{name}[{part}]": value for part, value in parts.items() if value}


def _form(fields: Mapping[str, str], files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The fields and files as multipart/form-data."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.pdf"\r\n'
        parts.append(f"{head}Content-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n")
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"
