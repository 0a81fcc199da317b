"""Small geometry shared by the charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# An average letter of the text face at 14 units; direct labels reserve their room with it.
LETTER_WIDTH = 7.3


@dataclass(frozen=True)
class Mark:
    """A word at a place: `anchor` is SVG's start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


def between(value: float, low: float, high: float) -> float:
    """Keep a value inside two bounds."""
    return max(low, min(high, value))


def text_width(text: str) -> float:
    """Estimate how wide a label will be, in chart units."""
    return len(text) * LETTER_WIDTH


def nice_step(top: float, *, most: int = 4) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that needs at most `most` steps to reach `top`."""
    if top < 1e-9:  # nothing that a chart could show
        return 1.0
    raw = top / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))


def thinned(places: Sequence[tuple[float, str]], y: float, width: float) -> tuple[Mark, ...]:
    """Words under their places, every second, third … of them, so that none touches the next or leaves the drawing."""
    for every in range(1, len(places) + 1):
        marks = [kept_inside(x, y, text, width) for x, text in places[::every]]
        edges = [(left_of(mark), left_of(mark) + text_width(mark.text)) for mark in marks]
        if all(right + 8 <= left for (_left, right), (left, _right) in pairwise(edges)):
            return tuple(marks)
    return ()


def fitted(places: Sequence[tuple[float, str]], y: float, width: float) -> tuple[Mark, ...]:
    """The last and the first word, then of the others, in their order, each that touches none of those before it."""
    order = [places[-1], places[0], *places[1:-1]] if len(places) > 1 else list(places)
    chosen: list[Mark] = []
    for x, text in order:
        mark = kept_inside(x, y, text, width)
        begin, end = left_of(mark), left_of(mark) + text_width(text)
        if all(end + 8 <= left_of(one) or left_of(one) + text_width(one.text) + 8 <= begin for one in chosen):
            chosen.append(mark)
    return tuple(sorted(chosen, key=left_of))


def left_of(mark: Mark) -> float:
    """Where a word begins, whatever it is anchored by."""
    width = text_width(mark.text)
    return {"start": mark.x, "middle": mark.x - width / 2, "end": mark.x - width}[mark.anchor]


def kept_inside(x: float, y: float, text: str, width: float) -> Mark:
    """Centre a label on its place unless it would leave the drawing."""
    half = text_width(text) / 2
    if x + half > width - 2:
        return Mark(width - 2, y, text, "end")
    if x - half < 2:
        return Mark(2, y, text, "start")
    return Mark(round(x, 1), y, text)
