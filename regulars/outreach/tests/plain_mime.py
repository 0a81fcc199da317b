"""A letter as the email package of Python writes it: what the house writes itself is compared with this, in bytes and
in time."""

from __future__ import annotations

import quopri
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from regulars.outreach.channels.email.files import WIRE, file_part
from regulars.outreach.channels.email.letters import Letter, headers_of, parts_of
from regulars.outreach.channels.email.wire import picture_part


def plain_mime(letter: Letter, *, borders: dict[str, str] | None = None) -> bytes:
    """`borders` are the boundaries to use, by the kind of part; without them the package makes its own."""
    marks = borders or {}
    text, html = parts_of(letter)
    message = _several("alternative", marks, _text(text, "plain"), _shown(letter, html, marks))
    if letter.enclosed:
        message = _several("mixed", marks, message, *map(file_part, letter.enclosed))
    for name, value in headers_of(letter).items():
        message[name] = value  # type: ignore[assignment]  # compat32 takes a Header
    return message.as_bytes(policy=WIRE)


def _several(kind: str, marks: dict[str, str], *parts: MIMEBase) -> MIMEMultipart:
    whole = MIMEMultipart(kind, boundary=marks.get(kind))
    for part in parts:
        whole.attach(part)
    return whole


def _shown(letter: Letter, html: str, marks: dict[str, str]) -> MIMEBase:
    part = _text(html, "html")
    if letter.dress is None or not letter.dress.inside:
        return part
    return _several("related", marks, part, *map(picture_part, letter.dress.inside))


def _text(text: str, kind: str) -> MIMEText:
    part = MIMEText("", kind, "us-ascii")
    del part["Content-Transfer-Encoding"], part["Content-Type"]
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(text.encode()).decode("ascii"))
    return part
