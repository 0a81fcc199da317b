"""Pictures from outside: only what is truly a PNG or JPEG of a sensible size, without what a camera wrote into it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

LONGEST_SIDE = 4000
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SHOWN_OF_PNG = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"cHRM", b"sBIT"))
# JFIF, colour profile and Adobe's colour mark; places, names, previews and second pictures stand in the others.
SHOWN_OF_JPEG = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
ORIENTATION = 0x0112
SCAN = 0xDA


class Frame(NamedTuple):
    """What a JPEG says of itself: its size as it is stored, how many colours, and how it was held (1 to 8)."""

    width: int
    height: int
    colours: int
    turned: int


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


def _segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The segments of a JPEG up to its picture: mark, place and the segment, of the picture itself its head."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        yield mark, at, content[at : at + 2 + length]
        if mark == SCAN:
            return
        at += 2 + length


def jpeg_frame(content: bytes) -> Frame | None:
    """Read what stands before the picture; None where a JPEG does not say how large it is."""
    found, turned = None, 1
    for mark, _at, segment in _segments(content):
        if mark == 0xE1:
            turned = _orientation(segment) or turned
        elif mark in JPEG_FRAMES and len(segment) > 9:
            found = segment
    if found is None:
        return None
    return Frame(int.from_bytes(found[7:9], "big"), int.from_bytes(found[5:7], "big"), found[9], turned)


def jpeg_end(content: bytes) -> int | None:
    """Where the picture ends; None where it breaks off. Phones put films and second pictures behind it."""
    scan = next((at for mark, at, _segment in _segments(content) if mark == SCAN), None)
    end = -1 if scan is None else content.find(b"\xff\xd9", scan)
    return end + 2 if end > 0 else None


def colour_profile(content: bytes) -> bytes:
    """The segments of a JPEG that say which red is meant; none for the four inks of a printer."""
    frame = jpeg_frame(content)
    if frame is None or frame.colours != 3:
        return b""
    return b"".join(part for mark, _at, part in _segments(content) if mark == 0xE2 and _is_shown(mark, part))


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    frame = jpeg_frame(content)
    return (frame.width, frame.height) if frame else None


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
    kept = [content[:2]]
    for mark, at, segment in _segments(content):
        if mark == SCAN:
            kept.append(content[at : jpeg_end(content)])
        elif mark == 0xE1:
            kept += [_only_orientation(turned)] if (turned := _orientation(segment)) else []
        elif _is_shown(mark, segment):
            kept.append(segment)
    return b"".join(kept)


def _is_shown(mark: int, segment: bytes) -> bool:
    if mark in SHOWN_OF_JPEG:
        return segment[4:].startswith(SHOWN_OF_JPEG[mark])
    return not 0xE0 <= mark <= 0xEF and mark != 0xFE


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
