"""What a line and a stepped curve are drawn in: two sizes, words at the ends of the lines, steps at the left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.formats import number_format

from regulars.kit.charts.scale import Mark

TOP, BOTTOM, LEAST_APART = 14.0, 34.0, 19.0
SIZES = (("wide", 640.0, 260.0), ("narrow", 340.0, 240.0))
Shown = Callable[[float], str]


@dataclass(frozen=True)
class Drawn:
    path: str
    band: str
    end: Mark
    is_faint: bool


@dataclass(frozen=True)
class Form:
    """One drawing: `kind` is wide or narrow, and the style sheet shows the one that fits."""

    kind: str
    width: float
    height: float
    lines: tuple[Drawn, ...]
    steps: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    left: float
    right: float
    floor: float


def percent(value: float) -> str:
    """A rate of 0-1 in whole percent, with the space that never breaks."""
    return f"{number_format(round(value * 100), 0)}\u00a0%"


def apart(lines: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """Move the comparison's words off the line's own when both would stand on one height."""
    if len(lines) < 2 or abs(lines[0].end.y - lines[1].end.y) >= LEAST_APART:
        return tuple(lines)
    first, second = lines
    way = 1 if second.end.y >= first.end.y else -1
    return first, replace(second, end=replace(second.end, y=first.end.y + way * LEAST_APART))
