"""Numbers of rows as pages write them into forms and addresses; whatever else stands there is none."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 18  # figures; every number of so many fits into a column of 64 bits


def row_number(text: str) -> int | None:
    """The number of a row, or None for anything else: words, other scripts' figures, more than any row has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def place_number(text: str, *, most: int = 10**8) -> int:
    """How far down a list somebody has read: 0 for whatever is no number, and never beyond `most`."""
    return min(row_number(text) or 0, most)


def row_numbers(texts: Iterable[str]) -> list[int]:
    """The same for many, in their order, without what is none."""
    return [number for text in texts if (number := row_number(text)) is not None]
