"""The bytes of a letter as they go over the wire, put together directly: the email package takes ten times as long.

What a header needs beyond one short line of ASCII (folding, encoded words) the email package still does; the tests
compare whole letters with what it would have written, byte by byte.
"""

from __future__ import annotations

import re
import zlib
from binascii import b2a_qp
from collections.abc import Iterable
from email.errors import HeaderParseError, MessageError
from email.header import Header
from email.mime.base import MIMEBase
from functools import lru_cache

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.dress import Inside
from regulars.outreach.channels.email.files import WIRE
from regulars.outreach.channels.email.letters import Letter, headers_of, parts_of, unfit

LONGEST_LINE = 78
ANY_LINE_END = re.compile(rb"\r\n|\r|\n")
PART = b'MIME-Version: 1.0\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n'


def built(letter: Letter) -> bytes:
    """Write the letter as it goes over the wire. Refuses what would break out of a header."""
    text, html = parts_of(letter)
    mark = f"{zlib.crc32(letter.message_id.encode(errors='replace')):08x}"
    shown = _part(html, b"html")
    if letter.dress is not None and letter.dress.inside:
        pictures = (picture_part(picture).as_bytes(policy=WIRE) for picture in letter.dress.inside)
        shown = _whole(*_several("related", mark, [shown, *pictures]))
    kind, body = _several("alternative", mark, [_part(text, b"plain"), shown])
    if letter.enclosed:
        kind, body = _several("mixed", mark, [_whole(kind, body), *(file.part for file in letter.enclosed)])
    try:
        head = "".join([_folded(name, value) for name, value in headers_of(letter).items()])
        return b"%sMIME-Version: 1.0\r\n%s\r\n%s" % (kind, head.encode("ascii"), body)
    except (ValueError, HeaderParseError, MessageError) as fault:
        raise Refusal(unfit()) from fault


def _several(kind: str, mark: str, parts: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Parts one after the other, and the header that says so. "=_" stands neither in quoted-printable nor in base64."""
    border = f"=_{kind[:3]}_{mark}"
    opening = f"--{border}\r\n".encode()
    body = opening + (b"\r\n" + opening).join(parts) + f"\r\n--{border}--\r\n".encode()
    return f'Content-Type: multipart/{kind}; boundary="{border}"\r\n'.encode(), body


def _whole(kind: bytes, body: bytes) -> bytes:
    return kind + b"MIME-Version: 1.0\r\n\r\n" + body


def _part(text: str, kind: bytes) -> bytes:
    """A text in quoted-printable, with the line ends of the wire."""
    body = b2a_qp(text.encode())
    body = ANY_LINE_END.sub(b"\r\n", body) if b"\r" in body else body.replace(b"\n", b"\r\n")
    return PART % kind + b"\r\n" + body


def _folded(name: str, value: str | Header) -> str:
    """One header with its line end, folded where it is long."""
    if isinstance(value, str):
        is_short = len(name) + 2 + len(value) <= LONGEST_LINE and value.isascii() and value.strip() == value
        return f"{name}: {value}\r\n" if is_short else _folded_again(name, value)
    return WIRE.fold_binary(name, value).decode("ascii")  # type: ignore[arg-type]  # compat32 takes a Header


@lru_cache(maxsize=256)
def _folded_again(name: str, value: str) -> str:
    """What many letters have in common (the sender, how to leave) is folded once."""
    return WIRE.fold_binary(name, value).decode("ascii")


def picture_part(picture: Inside) -> MIMEBase:
    part = MIMEBase(*picture.media_type.split("/"))
    ending = "png" if picture.media_type == "image/png" else "jpg"
    part["Content-ID"] = f"<{picture.name}>"
    part["Content-Disposition"] = f'inline; filename="{picture.name[:12]}.{ending}"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(picture.lines)
    return part
