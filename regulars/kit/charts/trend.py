"""A line with its interval and, faint beside it, what it is compared with. Words stand at the line's own end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.charts.frame import BOTTOM, SIZES, TOP, Drawn, Form, Shown, apart, percent
from regulars.kit.charts.scale import Mark, nice_step, text_width
from regulars.kit.charts.twin import Twin

LEFT = 46.0


@dataclass(frozen=True)
class Point:
    """One step along the line; below the least sample `value` is None and the line has a gap."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """A named line: its name and last value are written at its end."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Trend:
    label: str
    forms: tuple[Form, ...]
    twin: Twin
    template: str = "kit/_trend.html"


def trend(
    series: Series, *, against: Series | None = None, label: str, shown: Shown = percent, is_whole: bool = False
) -> Trend:
    """Draw `series` and, faint, `against`, from zero up; `shown` turns a value into words.

    Of what is counted in whole numbers (`is_whole`) the marks on the side are whole too.
    """
    both = [series] + ([against] if against else [])
    reach = [number for line in both for point in line.points for number in (point.value, point.high) if number]
    step = nice_step(max(reach, default=1.0))
    step = math.ceil(step) if is_whole else step
    top = step
    while top < max(reach, default=1.0) * (1 - 1e-9):
        top += step
    forms = tuple(_form(kind, width, height, both, top, step, shown) for kind, width, height in SIZES)
    return Trend(label, forms, _twin(both, shown))


def _form(
    kind: str, width: float, height: float, both: Sequence[Series], top: float, step: float, shown: Shown
) -> Form:
    words = [_end_words(line, shown) for line in both]
    right = width - max(text_width(text) for text in words) - 14
    floor = height - BOTTOM
    count = max(len(line.points) for line in both)

    def x(index: int) -> float:
        return round(LEFT + (right - LEFT) * index / max(1, count - 1), 1)

    def y(value: float) -> float:
        return round(floor - max(0.0, value) / top * (floor - TOP), 1)

    mine = _line(both[0], words[0], x, y, is_faint=False)
    others = [_line(line, text, x, y, is_faint=True) for line, text in zip(both[1:], words[1:], strict=True)]
    steps = tuple(Mark(LEFT - 8, y(n * step), shown(n * step), "end") for n in range(1, round(top / step) + 1))
    labels = _labels(both[0], x, right, height)
    return Form(kind, width, height, apart([mine, *others]), steps, labels, LEFT, right, floor)


def _line(line: Series, words: str, x: Callable[[int], float], y: Callable[[float], float], *, is_faint: bool) -> Drawn:
    path, pen = [], "M"
    end = Mark(x(0) + 8, y(0), words, "start")
    for index, point in enumerate(line.points):
        if point.value is None:
            pen = "M"
            continue
        path.append(f"{pen}{x(index)} {y(point.value)}")
        end = Mark(x(index) + 8, y(point.value), words, "start")
        pen = "L"
    return Drawn(" ".join(path), "" if is_faint else _band(line, x, y), end, is_faint)


def _band(line: Series, x: Callable[[int], float], y: Callable[[float], float]) -> str:
    known = [(x(i), y(p.low), y(p.high)) for i, p in enumerate(line.points) if p.low is not None and p.high is not None]
    if len(known) < 2:
        return ""
    over = " L".join(f"{at} {high}" for at, _low, high in known)
    under = " L".join(f"{at} {low}" for at, low, _high in reversed(known))
    return f"M{over} L{under} Z"


def _labels(line: Series, x: Callable[[int], float], right: float, height: float) -> tuple[Mark, ...]:
    """As many step names as fit without touching, the first and the last always among them."""
    last = len(line.points) - 1
    widest = max((text_width(point.label) for point in line.points), default=0) + 18
    fit = max(1, int((right - LEFT) // widest))
    every = max(1, -(-last // fit))
    chosen = [index for index in range(0, last + 1, every) if last - index >= every or index == last]
    chosen += [last] if last not in chosen and last >= 0 else []
    ends = {0: "start", last: "end"}
    return tuple(Mark(x(index), height - 8, line.points[index].label, ends.get(index, "middle")) for index in chosen)


def _end_words(line: Series, shown: Shown) -> str:
    value = next((point.value for point in reversed(line.points) if point.value is not None), None)
    return line.name if value is None else f"{line.name}: {shown(value)}"


def _twin(both: Sequence[Series], shown: Shown) -> Twin:
    def cell(point: Point | None) -> str:
        if point is None or point.value is None:
            return _("too few to say")
        if point.low is None or point.high is None:
            return shown(point.value)
        return _("%(value)s (%(low)s to %(high)s)") % {
            "value": shown(point.value),
            "low": shown(point.low),
            "high": shown(point.high),
        }

    longest = max(both, key=lambda line: len(line.points))
    rows = [
        (step.label, *(cell(line.points[index] if index < len(line.points) else None) for line in both))
        for index, step in enumerate(longest.points)
    ]
    return Twin((_("When"), *(line.name for line in both)), tuple(rows))
