"""Open a mail as it lies there: any line ends, any charset, broken MIME; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LARGEST = 2_000_000  # bytes looked at; a report or an answer says what it says long before
DEEPEST = 12
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")


@dataclass(frozen=True)
class Mail:
    message: Message

    def header(self, name: str) -> str:
        """One header in one line, decoded; empty where it is missing."""
        return decoded(self.message.get(name))

    def addresses(self, *names: str) -> list[str]:
        """The bare addresses of these headers, in small letters."""
        values = [str(value) for name in names for value in self.message.get_all(name, [])]
        return [address.strip().lower() for _, address in getaddresses(values) if "@" in address]

    @cached_property
    def sender(self) -> str:
        found = self.addresses("from") or self.addresses("reply-to") or self.addresses("sender")
        return found[0] if found else ""

    @cached_property
    def sender_name(self) -> str:
        pairs = getaddresses([self.header("from")])
        return pairs[0][0].strip() if pairs else ""

    @cached_property
    def message_id(self) -> str:
        found = MESSAGE_ID.search(self.header("message-id"))
        return found.group() if found else ""

    @cached_property
    def at(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self.header("date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The Message-IDs this mail answers, the nearest first."""
        near = MESSAGE_ID.findall(self.header("in-reply-to"))
        chain = MESSAGE_ID.findall(self.header("references"))
        return tuple(dict.fromkeys([*near, *reversed(chain)]))

    @cached_property
    def parts(self) -> tuple[Message, ...]:
        """The parts of this mail itself, not those of a mail that lies inside it."""
        return tuple(_own_parts(self.message))

    @cached_property
    def plain(self) -> str:
        return "\n".join(text_of(part) for part in self.parts if _is_text(part, "text/plain"))

    @cached_property
    def html(self) -> str:
        return "\n".join(text_of(part) for part in self.parts if _is_text(part, "text/html"))

    def inner(self) -> Iterator[Message]:
        """The mails that lie inside this one, whole or only their headers."""
        for part in self.parts:
            kind = kind_of(part)
            if kind in {"message/rfc822", "message/global"}:
                inside = part.get_payload()
                if isinstance(inside, list) and inside and isinstance(inside[0], Message):
                    yield inside[0]
            elif kind in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
                yield message_from_bytes(text_of(part).encode("utf-8", "surrogateescape"))


def opened(raw: bytes) -> Mail:
    """Read the bytes of one mail; an mbox's first line and odd line ends do not matter."""
    body = raw[:LARGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    if body.startswith((b"From ", b">From ")):
        body = body.partition(b"\n")[2]
    return Mail(message_from_bytes(body))


def decoded(value: object) -> str:
    """A header's words on one line."""
    if value is None:
        return ""
    try:
        pieces = decode_header(value.encode() if isinstance(value, Header) else str(value))
    except (HeaderParseError, ValueError):
        return " ".join(str(value).split())
    text = "".join(_as_text(piece, charset) for piece, charset in pieces)
    return " ".join(text.split())


def text_of(part: Message) -> str:
    """The words of a part, in whatever charset it says or has."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    if not isinstance(content, bytes):
        return str(part.get_payload() or "") if not part.is_multipart() else ""
    return _as_text(content, part.get_content_charset()).replace("\r\n", "\n").replace("\r", "\n")


def _as_text(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    for name in (charset, "utf-8"):
        try:
            if name:
                return piece.decode(name)
        except (LookupError, ValueError):
            continue
    return piece.decode(_known(charset), "replace")


def _known(charset: str | None) -> str:
    try:
        return "latin-1" if not charset else ("".encode(charset) and "") or charset
    except (LookupError, ValueError):
        return "latin-1"


def kind_of(part: Message) -> str:
    """The content type, also where its parameters are written wrongly."""
    return (part.get_content_type().split() or ["text/plain"])[0].strip(";")


def _is_text(part: Message, kind: str) -> bool:
    return kind_of(part) == kind and part.get_content_disposition() != "attachment"


def _own_parts(message: Message, depth: int = 0) -> Iterator[Message]:
    yield message
    inside = message.get_payload()
    if depth >= DEEPEST or message.get_content_maintype() != "multipart" or not isinstance(inside, list):
        return
    for part in inside:
        if isinstance(part, Message):
            yield from _own_parts(part, depth + 1)
