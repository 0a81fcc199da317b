"""Have a picture drawn anew in a child process: upright, first picture of several, no larger than paper needs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit import pictures as kit
from regulars.kit.errors import Refusal
from regulars.outreach.pictures.kinds import Looked, looked_at, size_of

# What covers the largest front, a card that opens like a book with 3 mm to be cut off, at 300 dots an inch.
LONG_SIDE, SHORT_SIDE = 2560, 1840
SIGNATURE_WIDTH = 1400
HEAVY_BYTES = 1_000_000  # of a PNG, which is unpacked for every run; a JPEG goes onto the paper as it is
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Checked:
    """A picture that can be printed: its bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


def checked(content: bytes, field: str) -> Checked:
    """Return the picture as paper needs it, or refuse what is none; it is opened once to be sure.

    One that is upright and not too large stays as it is but for what the camera wrote; any other is drawn anew.
    """
    found = looked_at(content, field)
    ratio = min(1.0, max(LONG_SIDE / max(found.width, found.height), SHORT_SIDE / min(found.width, found.height)))
    width, height = round(found.width * ratio), round(found.height * ratio)
    if ratio == 1 and _stays(found, content):
        _in_child("try", content, found, (min(width, 64), min(height, 64)), field)
        kept = kit.without_remarks(kit.Checked(content, found.kind, width, height)).content
        return Checked(kept, width, height)
    return Checked(_in_child("draw", content, found, (width, height), field), width, height)


def _stays(found: Looked, content: bytes) -> bool:
    if found.kind == "jpg":
        return not found.is_turned and found.colours in {1, 3}
    return found.kind == "png" and len(content) <= HEAVY_BYTES


def without_paper(content: bytes, field: str) -> Checked:
    """Return the ink of a scanned or photographed signature on nothing, cut to what is written."""
    looked = looked_at(content, field)
    ratio = min(1.0, SIGNATURE_WIDTH / looked.width)
    found = _in_child("ink", content, looked, (round(looked.width * ratio), round(looked.height * ratio)), field)
    return Checked(found, *size_of(found, field))


def _in_child(what: str, content: bytes, found: Looked, size: tuple[int, int], field: str) -> bytes:
    head = {"what": what, "kind": found.kind, "width": max(1, size[0]), "height": max(1, size[1])}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "regulars.outreach.pictures"],
            input=json.dumps(head).encode() + b"\n" + content,
            capture_output=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refusal(_("This picture could not be read in time. Save a smaller copy."), field=field) from None
    if done.returncode == 3:
        raise Refusal(_("No ink can be seen on this picture. Sign with a dark pen on white paper."), field=field)
    if done.returncode:
        raise Refusal(_("This picture cannot be read. Save it anew as PNG or JPEG."), field=field)
    return done.stdout
