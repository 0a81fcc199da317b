"""Small geometry shared by the charts."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    if top <= 0:
        return 1.0
    raw = top / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))
