"""Pictures for paper: what is truly a PNG or JPEG of a sensible size, and a signature without the paper it stands on.

Reading a stranger's picture is done in a child process (`python -m regulars.outreach.pictures`), with a time limit.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_BYTES = 4 * 1024 * 1024
LONGEST_SIDE = 6000
SIGNATURE_WIDTH = 1400
PATIENCE_SECONDS = 30
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Checked:
    """A picture that can be printed: its bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


def checked(content: bytes, field: str) -> Checked:
    """Refuse whatever is not a picture, by what is in it; it is opened once to be sure."""
    size = _size_of(content, field)
    _opened("try", content, *size, field=field)
    return Checked(content, *size)


def without_paper(content: bytes, field: str) -> Checked:
    """Return the ink of a scanned or photographed signature on nothing, cut to what is written."""
    size = _size_of(content, field)
    found = _opened("ink", content, *size, field=field)
    return Checked(found, *_png_size(found))


def _size_of(content: bytes, field: str) -> tuple[int, int]:
    if not content or len(content) > LARGEST_BYTES:
        raise Refusal(_("The picture is larger than 4 MB. Please save a smaller copy."), field=field)
    if content.startswith(PNG):
        size: tuple[int, int] | None = _png_size(content) if content[12:16] == b"IHDR" and len(content) > 45 else None
    elif content.startswith(JPEG):
        size = _jpeg_size(content)
    else:
        raise Refusal(_("Please choose a PNG or JPEG picture."), field=field)
    if size is None or not all(8 <= side <= LONGEST_SIDE for side in size):
        raise Refusal(_("This picture cannot be read, or is more than 6,000 pixels long."), field=field)
    return size


def _png_size(content: bytes) -> tuple[int, int]:
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments until the one that holds the frame."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        if content[at + 1] in JPEG_FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _opened(what: str, content: bytes, width: int, height: int, *, field: str) -> bytes:
    asked = json.dumps({"what": what, "width": width, "height": height}).encode() + b"\n" + content
    try:
        done = subprocess.run(
            [sys.executable, "-m", "regulars.outreach.pictures"],
            input=asked, capture_output=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refusal(_("This picture could not be read in time."), field=field) from None
    if done.returncode == 3:
        raise Refusal(_("No ink can be seen on this picture. Sign with a dark pen on white paper."), field=field)
    if done.returncode:
        raise Refusal(_("This picture cannot be read. Save it anew as PNG or JPEG."), field=field)
    return done.stdout


# In the child


def main() -> int:
    head, _line, content = sys.stdin.buffer.read().partition(b"\n")
    asked: dict[str, Any] = json.loads(head)
    ratio = min(1.0, SIGNATURE_WIDTH / asked["width"])
    pixels = _pixels(content, round(asked["width"] * ratio), round(asked["height"] * ratio))
    if asked["what"] == "ink":
        inked = _ink(pixels)
        if inked is None:
            return 3
        sys.stdout.buffer.write(_png(inked))
    return 0


def _pixels(content: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """Have typst draw the picture, one pixel a point, on nothing; it gives a PNG of the one kind read here."""
    import tempfile
    from pathlib import Path

    import typst

    ending = "png" if content.startswith(PNG) else "jpg"
    page = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        f'#image("picture.{ending}", width: {width}pt, height: {height}pt)'
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"picture.{ending}").write_bytes(content)
        Path(folder, "page.typ").write_text(page)
        made = typst.compile(str(Path(folder, "page.typ")), root=folder, format="png", ppi=72.0)
    if not isinstance(made, bytes):
        raise TypeError("One page was asked for.")
    return _read(made)


def _read(content: bytes) -> NDArray[np.uint8]:
    """Read a PNG of 8 bits RGBA that is not interlaced."""
    import numpy as np

    width, height, depth, colour, _c, _f, interlace = struct.unpack(">IIBBBBB", content[16:29])
    if (depth, colour, interlace) != (8, 6, 0):
        raise ValueError("not the PNG that was expected")
    at, packed = 8, b""
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind == b"IDAT":
            packed += content[at + 8 : at + 8 + length]
        at += 12 + length
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 4 * width)
    return _unfiltered(lines, width)


def _unfiltered(lines: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Undo the five filters of PNG, a line at a time."""
    import numpy as np

    above = np.zeros(4 * width, np.uint8)
    found = np.empty((len(lines), 4 * width), np.uint8)
    for number, line in enumerate(lines):
        kind, raw = int(line[0]), line[1:]
        if kind == 1:
            above = np.cumsum(raw.reshape(width, 4), axis=0, dtype=np.uint32).astype(np.uint8).reshape(-1)
        elif kind == 2:
            above = raw + above
        elif kind:
            above = _stepwise(kind, raw.tolist(), above.tolist())
        else:
            above = raw
        found[number] = above
    return found.reshape(len(lines), width, 4)


def _stepwise(kind: int, raw: list[int], above: list[int]) -> NDArray[np.uint8]:
    """Undo Average (3) and Paeth (4), which look at the pixel before."""
    import numpy as np

    found = [0] * 4 + raw
    for at, value in enumerate(raw):
        left, up, corner = found[at], above[at], above[at - 4] if at > 3 else 0
        if kind == 3:
            guess = (left + up) // 2
        else:
            around = left + up - corner
            guess = min((left, up, corner), key=lambda near: abs(around - near))
        found[at + 4] = (value + guess) & 255
    return np.array(found[4:], np.uint8)


def _ink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Make the paper transparent, however yellow the lamp, and keep the ink's own colour; cut to what is written."""
    import numpy as np

    alpha = pixels[..., 3:].astype(np.float32) / 255
    colour = pixels[..., :3].astype(np.float32) * alpha + 255 * (1 - alpha)
    paper = np.percentile(colour.reshape(-1, 3), 85, axis=0)
    darkness = np.clip(1 - (colour / np.maximum(paper, 1)).min(axis=2), 0, 1)
    darkest = float(np.percentile(darkness, 99.8))
    if darkest < 0.2:
        return None
    floor = 0.25 * darkest
    inked = np.clip((darkness - floor) / (0.75 * darkest - floor), 0, 1)
    rows, columns = np.flatnonzero((inked > 0.3).any(axis=1)), np.flatnonzero((inked > 0.3).any(axis=0))
    own = np.clip((colour - paper * (1 - inked[..., None])) / np.maximum(inked[..., None], 0.05), 0, 255)
    found = np.dstack([own, inked * 255]).round().astype(np.uint8)
    top, left = max(rows[0] - 4, 0), max(columns[0] - 4, 0)
    return found[top : rows[-1] + 5, left : columns[-1] + 5]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return PNG + b"".join(chunks)


if __name__ == "__main__":
    sys.exit(main())
