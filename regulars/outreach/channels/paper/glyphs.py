"""Which letters there is a shape for: our own fonts first, then those of this machine. Nothing is printed as a box."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import BinaryIO

FOLDER = Path(__file__).parent / "fonts"
STACKS: dict[str, list[str]] = {
    "hand": ["Caveat", "Playpen Sans", "EB Garamond", "Frank Ruhl Libre", "Amiri", "Noto Emoji"],
    "hand-greek": ["Playpen Sans", "EB Garamond", "Frank Ruhl Libre", "Amiri", "Noto Emoji"],
    "book": ["EB Garamond", "Frank Ruhl Libre", "Amiri", "Noto Emoji"],
}
UGLY = ("mono", "bold", "italic", "oblique", "condensed", "light", "thin", "black", "display", "math")
DRAWN = {b"glyf", b"CFF ", b"CFF2"}


def _groups(raw: bytes) -> frozenset[int]:
    """Read a table of format 12: runs of code points."""
    groups = struct.iter_unpack(">III", raw[16 : 16 + 12 * struct.unpack_from(">I", raw, 12)[0]])
    return frozenset(code for first, last, _ in groups for code in range(first, min(last, sys.maxunicode) + 1))


def _segments(raw: bytes) -> frozenset[int]:
    """Read a table of format 4: runs of code points, some of them by way of a list in which 0 means none."""
    count = struct.unpack_from(">H", raw, 6)[0] // 2
    ends, starts, deltas, ways = (
        struct.unpack_from(f">{count}H", raw, 14 + 2 * count * n + (n > 0) * 2) for n in range(4)
    )
    found: set[int] = set()
    for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code + deltas[n]
            if ways[n]:
                glyph = struct.unpack_from(">H", raw, 16 + 6 * count + 2 * n + ways[n] + 2 * (code - first))[0]
            if glyph & 0xFFFF:
                found.add(code)
    return frozenset(found - {0xFFFF})


def _tables(file: BinaryIO) -> dict[bytes, tuple[int, int]]:
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12)
        start = struct.unpack(">I", file.read(4))[0]
    file.seek(start + 4)
    count = struct.unpack(">H6x", file.read(8))[0]
    rows = struct.iter_unpack(">4s4xII", file.read(16 * count))
    return {tag: (offset, length) for tag, offset, length in rows}


@cache
def covered(path: Path) -> frozenset[int]:
    """Return the code points a font file has outlines for; none when it cannot be read."""
    try:
        with path.open("rb") as file:
            tables = _tables(file)
            if not DRAWN & tables.keys():
                return frozenset()
            file.seek(tables[b"cmap"][0])
            raw = file.read(tables[b"cmap"][1])
        return _letters(raw)
    except (OSError, struct.error, KeyError):
        return frozenset()


def _letters(raw: bytes) -> frozenset[int]:
    count = struct.unpack_from(">H", raw, 2)[0]
    offsets = {struct.unpack_from(">I", raw, 8 + 8 * n)[0] for n in range(count)}
    by_format = {struct.unpack_from(">H", raw, offset)[0]: offset for offset in offsets}
    if 12 in by_format:
        return _groups(raw[by_format[12] :])
    return _segments(raw[by_format[4] :])


@cache
def ours() -> frozenset[int]:
    """Return the code points of the fonts that come with the program."""
    return frozenset().union(*(covered(path) for path in FOLDER.glob("*.ttf")))


def _folders() -> list[Path]:
    home = Path.home()
    places: list[str | Path] = [
        "/usr/share/fonts", "/usr/local/share/fonts", home / ".fonts", home / ".local/share/fonts",
        "/Library/Fonts", "/System/Library/Fonts", home / "Library/Fonts",
        Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
    ]  # fmt: skip
    return [Path(place) for place in places if Path(place).is_dir()]


@cache
def _of_the_machine() -> tuple[Path, ...]:
    """Return the font files of this machine, plain upright ones first."""
    found = {
        path for folder in _folders() for path in folder.rglob("*") if path.suffix.lower() in {".ttf", ".otf", ".ttc"}
    }
    return tuple(
        sorted(found, key=lambda path: (any(word in path.stem.lower() for word in UGLY), path.stem, str(path)))
    )


def look_up(signs: Iterable[str]) -> tuple[set[str], list[Path]]:
    """Return the signs that no font has, and the fonts of this machine that help out with the rest."""
    missing = {sign for sign in signs if ord(sign) not in ours()}
    helpers: list[Path] = []
    for path in _of_the_machine() if missing else ():
        has = {sign for sign in missing if ord(sign) in covered(path)}
        if has:
            helpers.append(path)
            missing -= has
        if not missing:
            break
    return missing, helpers
