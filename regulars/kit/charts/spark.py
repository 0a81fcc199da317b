"""A line the height of a word, for the side of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120.0, 28.0, 4.0


@dataclass(frozen=True)
class Spark:
    """`path` for the line, `end` for its dot; both empty below two values."""

    label: str
    path: str
    end_x: float
    end_y: float
    width: float = WIDTH
    height: float = HEIGHT


def spark(values: Sequence[float], *, label: str) -> Spark:
    """Draw values at equal steps, from zero to their highest; `label` says in words what the line does."""
    if len(values) < 2:
        return Spark(label, "", 0, 0)
    top = max(values) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    places = [
        (round(EDGE + index * step, 1), round(HEIGHT - EDGE - max(0.0, value) / top * (HEIGHT - 2 * EDGE), 1))
        for index, value in enumerate(values)
    ]
    path = "M" + " L".join(f"{x} {y}" for x, y in places)
    return Spark(label, path, *places[-1])
