"""Read the one kind of PNG the typesetter draws, and write pixels as PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from regulars.kit.pictures import PNG

Pixels = NDArray[np.uint8]
NONE, SUB, UP, AVERAGE, PAETH = range(5)


def read(content: bytes) -> Pixels:
    """Read a PNG of 8 bits RGBA that is not interlaced."""
    width, height, depth, colour, _c, _f, interlace = struct.unpack(">IIBBBBB", content[16:29])
    if (depth, colour, interlace) != (8, 6, 0):
        raise ValueError("not the PNG that was expected")
    at, packed = 8, []
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind == b"IDAT":
            packed.append(content[at + 8 : at + 8 + length])
        at += 12 + length
    lines = np.frombuffer(zlib.decompress(b"".join(packed)), np.uint8).reshape(height, 1 + 4 * width)
    return _unfiltered(lines[:, 0], lines[:, 1:].reshape(height, width, 4))


def _unfiltered(kinds: NDArray[np.uint8], raw: Pixels) -> Pixels:
    """Undo the filters of PNG along slanting lines: each pixel needs those at its left, above and between."""
    height, width = raw.shape[:2]
    found = np.empty_like(raw)
    before = np.zeros((height + 1, 4), np.int16)  # the line before; row r stands at r + 1
    earlier = before
    for line in range(height + width - 1):
        first, last = max(0, line - width + 1), min(height, line + 1)
        rows = np.arange(first, last)
        guess = _guess(kinds[first:last, None], before[first + 1 : last + 1], before[first:last], earlier[first:last])
        now = np.zeros_like(before)
        now[first + 1 : last + 1] = (raw[rows, line - rows] + guess) & 255
        found[rows, line - rows] = now[first + 1 : last + 1]
        earlier, before = before, now
    return found


def _guess(
    kind: NDArray[np.uint8], left: NDArray[np.int16], up: NDArray[np.int16], corner: NDArray[np.int16]
) -> NDArray[np.int16]:
    """What each filter takes for the pixel from those beside it."""
    to_left, to_up = np.abs(up - corner), np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    paeth = np.where((to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner))
    return np.select([kind == SUB, kind == UP, kind == AVERAGE, kind == PAETH], [left, up, (left + up) >> 1, paeth], 0)


def write(pixels: Pixels) -> bytes:
    """Write pixels with transparency, each line as what differs from the one above."""
    height, width = pixels.shape[:2]
    lines = pixels.reshape(height, -1)
    differs = np.diff(lines, axis=0, prepend=np.zeros((1, lines.shape[1]), np.uint8))
    packed = zlib.compress(np.insert(differs, 0, UP, axis=1).tobytes(), 6)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", packed),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return PNG + b"".join(chunks)
