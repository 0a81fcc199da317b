"""Digits of every script as 0-9."""

from __future__ import annotations

import unicodedata

SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", " ")
    | dict.fromkeys("\u2010\u2011\u2012", "-")
)


def plain(text: str) -> str:
    """Write digits as 0-9 and odd blanks as spaces, hyphens as minus; everything else stays."""
    text = text.translate(SPACES)
    if text.isascii():
        return text.strip()
    return "".join(_plain(letter) for letter in text).strip()


def _plain(letter: str) -> str:
    number = unicodedata.decimal(letter, None)
    return letter if number is None else str(number)
