"""What a picture is by what is in it, whatever it is called; and for what cannot be printed, what to do instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit import pictures as kit
from regulars.kit.errors import Refusal

LARGEST_BYTES = 25 * 1024 * 1024
LONGEST_SIDE, MOST_PIXELS = 12_000, 52_000_000
GIF = (b"GIF87a", b"GIF89a")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
DRAWING = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE svg|!--|svg)", re.IGNORECASE)


@dataclass(frozen=True)
class Looked:
    """A picture as it says of itself: its kind, its size as it is looked at, and the colours a JPEG holds."""

    kind: str
    width: int
    height: int
    is_turned: bool = False
    colours: int = 3


def looked_at(content: bytes, field: str) -> Looked:
    """Say what it is, or refuse it in a sentence that says what to do."""
    if not content:
        raise Refusal(_("This file is empty. Choose the picture once more."), field=field)
    if len(content) > LARGEST_BYTES:
        raise Refusal(_("The picture is larger than 25 MB. Please save a smaller copy."), field=field)
    found = _png(content) or _jpeg(content, field) or _gif(content) or _webp(content)
    if found is None:
        raise Refusal(_what_else(content), field=field)
    if min(found.width, found.height) < 8 or max(found.width, found.height) > LONGEST_SIDE:
        raise Refusal(_("This picture cannot be read, or is more than 12,000 pixels long."), field=field)
    if found.width * found.height > MOST_PIXELS:
        raise Refusal(_("This picture has more than 50 million pixels. Please save a smaller copy."), field=field)
    return found


def size_of(content: bytes, field: str) -> tuple[int, int]:
    """How wide and high a picture is."""
    found = looked_at(content, field)
    return found.width, found.height


def _what_else(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return _(
            "This is a HEIC or AVIF picture, as newer phones take them; it cannot be printed from here. "
            "Share it as JPEG, or send it to yourself by e-mail, and choose that one."
        )
    if DRAWING.match(content[:400]):
        return _("This is a drawing (SVG), which can carry programs. Save it as a PNG picture and choose that one.")
    if content.startswith(b"%PDF"):
        return _("This is a PDF page, not a picture. Save it as a PNG or JPEG picture and choose that one.")
    return _("Please choose a PNG or JPEG picture.")


def _png(content: bytes) -> Looked | None:
    if not content.startswith(kit.PNG) or content[12:16] != b"IHDR" or len(content) < 45:
        return None
    return Looked("png", int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))


def _jpeg(content: bytes, field: str) -> Looked | None:
    """A JPEG whose end is missing is refused: its lower part would be printed grey."""
    if not content.startswith(kit.JPEG):
        return None
    frame = kit.jpeg_frame(content)
    if frame is None or kit.jpeg_end(content) is None:
        raise Refusal(_("This picture breaks off in the middle. Copy it once more and choose it again."), field=field)
    is_turned = frame.turned > 4
    width, height = (frame.height, frame.width) if is_turned else (frame.width, frame.height)
    return Looked("jpg", width, height, frame.turned > 1, frame.colours)


def _gif(content: bytes) -> Looked | None:
    if not content.startswith(GIF) or len(content) < 20:
        return None
    return Looked("gif", int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little"))


def _webp(content: bytes) -> Looked | None:
    """The three shapes a WebP file begins with: lossy, lossless, and with more than one part."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    if content[12:16] == b"VP8X":
        return Looked(
            "webp", 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        )
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return Looked("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    width, height = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return Looked("webp", width, height)
