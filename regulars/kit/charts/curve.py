"""A curve that goes in steps: the share that is still there, or has come back, by days since, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.charts.frame import BOTTOM, SIZES, TOP, Drawn, Form, Shown, apart, percent
from regulars.kit.charts.scale import Mark, between, fitted, text_width
from regulars.kit.charts.twin import Twin

LEFT = 50.0


@dataclass(frozen=True)
class Step:
    """From this day on the share is `value`; the twin shows the steps that have a `label`."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True)
class Stepped:
    """A named curve in the order of its days; `said` is written at its end."""

    name: str
    steps: tuple[Step, ...]
    said: str = ""


@dataclass(frozen=True)
class Curve:
    label: str
    forms: tuple[Form, ...]
    twin: Twin
    template: str = "kit/_trend.html"


def curve(
    mine: Stepped,
    *,
    against: Stepped | None = None,
    label: str,
    ticks: Sequence[tuple[float, str]],
    corner: str,
    shown: Shown = percent,
) -> Curve:
    """Draw `mine` with its band and, faint, `against`, from nothing to everybody; `ticks` are days with their words."""
    both = [mine] + ([against] if against else [])
    until = max([step.at for line in both for step in line.steps] + [at for at, _text in ticks] + [1.0])
    forms = tuple(_form(kind, width, height, both, until, ticks, shown) for kind, width, height in SIZES)
    return Curve(label, forms, _twin(both, corner, shown))


def _form(
    kind: str,
    width: float,
    height: float,
    both: Sequence[Stepped],
    until: float,
    ticks: Sequence[tuple[float, str]],
    shown: Shown,
) -> Form:
    right = width - max(text_width(line.said or line.name) for line in both) - 14
    floor = height - BOTTOM

    def x(at: float) -> float:
        return round(LEFT + (right - LEFT) * between(at, 0, until) / until, 1)

    def y(value: float) -> float:
        return round(floor - between(value, 0, 1) * (floor - TOP), 1)

    lines = [_line(line, x, y, is_faint=index > 0) for index, line in enumerate(both)]
    return Form(
        kind=kind,
        width=width,
        height=height,
        lines=apart(lines),
        steps=tuple(Mark(LEFT - 8, y(value), shown(value), "end") for value in (0.25, 0.5, 0.75, 1.0)),
        labels=fitted([(x(at), text) for at, text in ticks], height - 8, width),
        left=LEFT,
        right=right,
        floor=floor,
    )


def _line(line: Stepped, x: Callable[[float], float], y: Callable[[float], float], *, is_faint: bool) -> Drawn:
    points = [(x(step.at), y(step.value)) for step in line.steps]
    last = points[-1] if points else (LEFT, y(0))
    end = Mark(last[0] + 8, last[1], line.said or line.name, "start")
    known = [(x(step.at), step.low, step.high) for step in line.steps if step.low is not None and step.high is not None]
    band = ""
    if not is_faint and len(known) > 1:
        over = _stairs([(at, y(high)) for at, _low, high in known])
        under = _stairs([(at, y(low)) for at, low, _high in known])
        band = f"M{_said(over)} L{_said(under[::-1])} Z"
    return Drawn(f"M{_said(_stairs(points))}" if points else "", band, end, is_faint)


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Go along first, then up or down: nothing happens between two steps."""
    stairs: list[tuple[float, float]] = []
    for at, height in points:
        if stairs:
            stairs.append((at, stairs[-1][1]))
        stairs.append((at, height))
    return stairs


def _said(points: Sequence[tuple[float, float]]) -> str:
    return " L".join(f"{at} {height}" for at, height in points)


def _twin(both: Sequence[Stepped], corner: str, shown: Shown) -> Twin:
    def cell(step: Step | None) -> str:
        if step is None:
            return _("not yet")
        if step.low is None or step.high is None:
            return shown(step.value)
        facts = {"value": shown(step.value), "low": shown(step.low), "high": shown(step.high)}
        return _("%(value)s (%(low)s to %(high)s)") % facts

    named = [{step.label: step for step in line.steps if step.label} for line in both]
    labels = list(dict.fromkeys(label for steps in named for label in steps))
    rows = tuple((label, *(cell(steps.get(label)) for steps in named)) for label in labels)
    return Twin((corner, *(line.name for line in both)), rows)
