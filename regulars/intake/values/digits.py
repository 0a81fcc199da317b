"""Digits of every script as 0-9."""

from __future__ import annotations

import unicodedata

SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\u2060\ufeff", " "))


def plain(text: str) -> str:
    """Write digits as 0-9 and odd blanks as spaces; everything else stays."""
    text = text.translate(SPACES)
    if text.isascii():
        return text.strip()
    return "".join(_plain(letter) for letter in text).strip()


def _plain(letter: str) -> str:
    number = unicodedata.decimal(letter, None)
    return letter if number is None else str(number)
