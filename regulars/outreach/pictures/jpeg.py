"""Write a photograph as JPEG (baseline, every colour in full): a large picture would be ten times as large as PNG.

After ITU T.81; the tables are those of its annex K, the quality is reckoned as libjpeg does.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
QUALITY = 88
AT_ONCE = 400_000
LIGHT = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"""
TINT = "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66" + " 99" * 38
# How many codes there are of each length, and what they stand for: first coefficients, then the others.
FIRST = bytes.fromhex("00010501010101010100000000000000" "000102030405060708090a0b")  # fmt: skip
OTHERS = bytes.fromhex(
    "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637"
    "38393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2"
    "a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
NEXT_BLOCK, SIXTEEN_NOUGHTS = 0x00, 0xF0


def write(pixels: NDArray[np.uint8], profile: bytes = b"") -> bytes:
    """Write pixels (rows, columns, red green blue); `profile` are the segments that say what colours are meant."""
    height, width = pixels.shape[:2]
    tables = np.stack([_steps(LIGHT), _steps(TINT), _steps(TINT)]).astype(np.float32)
    bits = _bits(_coefficients(pixels, tables))
    scan = np.packbits(np.append(bits, np.ones(-len(bits) % 8, np.uint8))).tobytes().replace(b"\xff", b"\xff\0")
    parts = [
        b"\xff\xd8",
        _segment(0xE0, b"JFIF\0\1\1\1" + struct.pack(">HHBB", 300, 300, 0, 0)),
        profile,
        *(_segment(0xDB, bytes([n]) + tables[n][_zigzag()].astype(np.uint8).tobytes()) for n in (0, 1)),
        _segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + bytes.fromhex("011100021101031101")),
        _segment(0xC4, b"\x00" + FIRST + b"\x10" + OTHERS),
        _segment(0xDA, bytes.fromhex("03010002000300003f00")),
    ]
    return b"".join([*parts, scan, b"\xff\xd9"])


def _segment(mark: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body


def _steps(table: str) -> Ints:
    """The steps in which coefficients are counted."""
    scaled = (np.array(table.split(), np.int64) * (200 - 2 * QUALITY) + 50) // 100
    return np.clip(scaled, 1, 255)


def _zigzag() -> Ints:
    rows, columns = np.divmod(np.arange(64), 8)
    along = np.where((rows + columns) % 2, rows, columns)
    order: Ints = np.lexsort((along, rows + columns))
    return order


def _coefficients(pixels: NDArray[np.uint8], tables: Ints) -> Ints:
    """Blocks of eight by eight, in the order they are written: (blocks times three colours, 64)."""
    height, width = pixels.shape[:2]
    whole = np.pad(pixels, ((0, -height % 8), (0, -width % 8), (0, 0)), mode="edge").astype(np.float32)
    mix = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
    light_and_tint = whole @ mix.T - np.array([128, 0, 0], np.float32)
    down, across = whole.shape[0] // 8, whole.shape[1] // 8
    blocks = light_and_tint.reshape(down, 8, across, 8, 3).transpose(0, 2, 4, 1, 3)
    n = np.arange(8)
    waves = np.cos((2 * n + 1) * n[:, None] * np.pi / 16).astype(np.float32) * 0.5
    waves[0] *= np.float32(np.sqrt(0.5))
    turned = (waves @ blocks @ waves.T).reshape(down * across, 3, 64) / tables
    counted: Ints = np.rint(turned).astype(np.int32).reshape(-1, 64)[:, _zigzag()]
    return counted


def _codes(table: bytes) -> tuple[Ints, Ints]:
    """For each sign its code and how long that is."""
    code, at = 0, 16
    codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
    for length, count in enumerate(table[:16], start=1):
        for sign in table[at : at + count]:
            codes[sign], lengths[sign] = code, length
            code += 1
        at += count
        code <<= 1
    return codes, lengths


def _bits(blocks: Ints) -> NDArray[np.uint8]:
    """All blocks as noughts and ones."""
    first = blocks[:, 0].reshape(-1, 3)
    leaps = np.diff(first, axis=0, prepend=np.zeros((1, 3), first.dtype)).reshape(-1)
    rows = np.arange(len(blocks))
    at, column = np.nonzero(blocks[:, 1:])
    last = np.full(len(blocks), -1)
    last[at] = column
    before = np.where(np.diff(at, prepend=-1) == 0, np.roll(column, 1), -1)
    run = column - before - 1
    long = run // 16
    values = blocks[at, column + 1]
    kinds = [
        _words(rows * 256, FIRST, np.zeros_like(leaps), leaps),
        _words(np.repeat(at * 256 + 2 * column + 1, long), OTHERS, np.full(long.sum(), SIXTEEN_NOUGHTS)),
        _words(at * 256 + 2 * column + 2, OTHERS, run % 16 << 4, values),
        _words(rows[last < 62] * 256 + 255, OTHERS, np.full((last < 62).sum(), NEXT_BLOCK)),
    ]
    places, codes, lengths = (np.concatenate(each) for each in zip(*kinds, strict=True))
    order = np.argsort(places, kind="stable")
    return _spelt(codes[order], lengths[order])


def _words(places: Ints, table: bytes, signs: Ints, values: Ints | None = None) -> tuple[Ints, Ints, Ints]:
    """Each sign's code with the value behind it, in as many bits as the value needs."""
    codes, lengths = _codes(table)
    if values is None:
        return places, codes[signs], lengths[signs]
    size = np.frexp(np.abs(values))[1].astype(np.int64)
    signs = signs + size
    tail = np.where(values < 0, values + (1 << size) - 1, values)
    return places, codes[signs] << size | tail, lengths[signs] + size


def _spelt(codes: Ints, lengths: Ints) -> NDArray[np.uint8]:
    parts = []
    for start in range(0, len(codes), AT_ONCE):
        code, length = codes[start : start + AT_ONCE], lengths[start : start + AT_ONCE]
        ends = np.repeat(np.cumsum(length), length)
        shift = ends - 1 - np.arange(len(ends))
        parts.append((np.repeat(code, length) >> shift & 1).astype(np.uint8))
    return np.concatenate(parts)
