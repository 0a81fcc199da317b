"""Pictures from outside: only what is truly a PNG or JPEG of a sensible size, without what a camera wrote into it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

LONGEST_SIDE = 4000
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SHOWN_OF_PNG = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"cHRM", b"sBIT"))
# JFIF, colour profile and Adobe's colour mark; places, names and previews stand in the others.
SHOWN_OF_JPEG = frozenset((0xE0, 0xE2, 0xEE))
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Checked:
    """A picture that was looked into: `ending` is png or jpg."""

    content: bytes
    ending: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        return "image/png" if self.ending == "png" else "image/jpeg"


def checked(content: bytes, *, field: str = "picture") -> Checked:
    """Say what the picture is by what is in it, whatever it is called; refuses anything that is no PNG or JPEG."""
    if content.startswith(PNG):
        ending, size = "png", _png_size(content)
    elif content.startswith(JPEG):
        ending, size = "jpg", _jpeg_size(content)
    else:
        raise Refusal(
            _("Please choose a PNG or JPEG picture. Other kinds, such as SVG, can carry programs."), field=field
        )
    if not size or not all(0 < side <= LONGEST_SIDE for side in size):
        raise Refusal(_("This picture cannot be read, or is more than 4,000 pixels long."), field=field)
    return Checked(content, ending, *size)


def without_remarks(picture: Checked) -> Checked:
    """The same picture without place, camera and remarks; which way up it was held stays."""
    clean = _clean_png(picture.content) if picture.ending == "png" else _clean_jpeg(picture.content)
    return Checked(clean, picture.ending, picture.width, picture.height)


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 45:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments until the one that holds the frame."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        if content[at + 1] in JPEG_FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _clean_png(content: bytes) -> bytes:
    kept, at = [PNG], len(PNG)
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind in SHOWN_OF_PNG:
            kept.append(content[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            break
    return b"".join(kept)


def _clean_jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at : at + 2 + length]
        if mark == 0xDA:
            end = content.rfind(b"\xff\xd9")
            kept.append(content[at : end + 2] if end > at else content[at:])
            break
        if mark == 0xE1 and (turned := _orientation(segment)):
            kept.append(_only_orientation(turned))
        elif (not 0xE0 <= mark <= 0xEF and mark != 0xFE) or mark in SHOWN_OF_JPEG:
            kept.append(segment)
        at += 2 + length
    return b"".join(kept)


def _orientation(segment: bytes) -> int:
    """Which way up the camera was held: 1 to 8, or 0 when it does not say."""
    tiff = segment[10:]
    if segment[4:10] != b"Exif\0\0" or tiff[:2] not in {b"II", b"MM"}:
        return 0
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION and kind == 3 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return 0
    return 0


def _only_orientation(turned: int) -> bytes:
    body = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
