"""Initials for people of any script."""

from __future__ import annotations

import unicodedata


def initials_of(name: str) -> str:
    """Take the first letter of the first word and of the last; one letter for one word, a dot for none."""
    words = [letters for letters in (_letters(word) for word in unicodedata.normalize("NFC", name).split()) if letters]
    if not words:
        return "·"
    chosen = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return chosen.upper()


def _letters(word: str) -> str:
    """Drop quotes, brackets and the like: the initial of “(Ruth)” is R."""
    return "".join(sign for sign in word if sign.isalnum())
