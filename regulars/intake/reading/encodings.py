"""Which letters the bytes are: BOM, then UTF-8, then the likeliest of the old code pages."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CENTRAL_EUROPE = frozenset({"PL", "CZ", "SK", "HU", "SI", "HR", "RO", "BA", "RS", "ME", "AL"})
WESTERN, CENTRAL = "cp1252", "cp1250"
# charset-normalizer takes short Latin texts for one of these at random.
LATIN_GUESSES = frozenset(
    "ascii latin_1 cp1252 iso8859_15 iso8859_1 cp1250 iso8859_2 mac_roman cp1254 iso8859_9 cp1257 iso8859_4 iso8859_10 "
    "iso8859_13 iso8859_14 iso8859_16 cp1258 mac_latin2 mac_iceland mac_turkish hp_roman8 cp775 cp437 cp850 cp852 "
    "cp858 "
    "cp500 cp037 cp1140 cp273 cp1026 cp860 cp861 cp863 cp865 cp857 iso8859_3 kz1048 ptcp154 johab big5hkscs hz".split()
)
SAMPLE = 256 * 1024


@dataclass(frozen=True)
class Encoding:
    """The encoding to read with; `others` are worth offering when what is shown looks wrong."""

    name: str
    others: tuple[str, ...] = ()


def sniff(path: Path, country: str = "") -> Encoding:
    """Return the encoding of a text file; one that cannot be told apart comes with its alternatives."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            return Encoding(name)
    if wide := _wide_without_mark(head):
        return Encoding(wide)
    if _is_utf8(path):
        return Encoding("utf-8")
    return _code_page(_lines_beyond_ascii(path), country)


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark shows as a zero at every second byte."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) < 4:
        return None
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def is_no_text(head: str) -> bool:
    """Say whether this is a picture, a program or the like: signs that no text has, beyond those that machines put at
    line ends and page ends. Zeros do not count: some programs fill up with them."""
    signs = sum(letter < " " and letter not in "\0\t\n\v\f\r\x1a\x1b" for letter in head)
    return signs > 0.02 * len(head)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _lines_beyond_ascii(path: Path) -> bytes:
    """Collect the lines that say something about the encoding."""
    found = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found += line
            if len(found) > SAMPLE:
                break
    return bytes(found)


def _code_page(sample: bytes, country: str) -> Encoding:
    best = from_bytes(sample).best()
    guess = best.encoding if best else WESTERN
    if guess not in LATIN_GUESSES and not _is_mostly_ascii(sample):
        return Encoding(guess, (WESTERN,))
    home, abroad = (CENTRAL, WESTERN) if country in CENTRAL_EUROPE else (WESTERN, CENTRAL)
    return Encoding(home, (abroad, "mac_roman"))


def _is_mostly_ascii(sample: bytes) -> bool:
    beyond = sum(byte > 127 for byte in sample)
    return beyond < max(8, 0.25 * len(sample))
