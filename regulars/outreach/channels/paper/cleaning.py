"""Words are data: take out what a printer cannot show, and see which way they run."""

from __future__ import annotations

import re
import unicodedata

NEW_LINES = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
KEPT_SIGNS = {"\u200c", "\u200d", "\u200e", "\u200f", "\u00ad"}  # joiners, marks of direction, the soft hyphen
KEPT_SPACES = {"\u00a0", "\u202f"}
TURNS = {"R": "rtl", "AL": "rtl", "L": "ltr"}
IGNORABLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e0fff]")


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Zs":
        return sign if sign in KEPT_SPACES else " "
    if kind in {"Cc", "Cf", "Cs"}:
        return sign if sign in KEPT_SIGNS or "\U000e0020" <= sign <= "\U000e007f" else ""
    return sign


def clean(text: str) -> str:
    """Return the text composed, without control signs, its lines ended by a newline."""
    text = NEW_LINES.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    if text.isascii() and text.replace("\n", " ").isprintable():
        return text.strip()
    return "".join(sign if sign == "\n" else _sign(sign) for sign in text).strip()


def paragraphs(text: str) -> list[list[str]]:
    """Cut cleaned text into paragraphs (at an empty line) of lines."""
    found = [[line.strip() for line in block.split("\n")] for block in re.split(r"\n[ \n]*\n", text)]
    return [lines for lines in found if any(lines)]


def direction(text: str) -> str:
    """Return "rtl" when the first letter that has a direction runs from right to left."""
    for sign in text:
        if turn := TURNS.get(unicodedata.bidirectional(sign)):
            return turn
    return "ltr"


def visible(text: str) -> set[str]:
    """Return the signs that need a shape in some font."""
    return set(IGNORABLE.sub("", text)) - {"\n", " "}


def language(code: str) -> str:
    """Return the language alone of a code such as de-AT, as typesetting wants it; English when it is not one."""
    first = re.split("[-_]", code.strip().lower(), maxsplit=1)[0]
    return first if re.fullmatch("[a-z]{2,3}", first) else "en"
