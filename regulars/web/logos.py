"""The shop's logo: only what is truly a PNG or JPEG picture of a sensible size is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST_BYTES = 2 * 1024 * 1024
LONGEST_SIDE = 4000
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def checked(upload: UploadedFile[Any]) -> ContentFile[bytes]:
    """Return the picture under a name of our own; refuse anything else by what is in it, whatever it is called."""
    if not upload.size or upload.size > LARGEST_BYTES:
        raise Refusal(_("The picture is larger than 2 MB. Please save a smaller copy."), field="logo")
    content = upload.read()
    if content.startswith(PNG):
        ending, size = "png", _png_size(content)
    elif content.startswith(JPEG):
        ending, size = "jpg", _jpeg_size(content)
    else:
        raise Refusal(
            _("Please choose a PNG or JPEG picture. Other kinds, such as SVG, can carry programs."), field="logo"
        )
    if not size or not all(0 < side <= LONGEST_SIDE for side in size):
        raise Refusal(_("This picture cannot be read, or is more than 4,000 pixels long."), field="logo")
    return ContentFile(content, name=f"logo-{new_token()[:12]}.{ending}")


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
