"""Upright columns: how many fall where, what came in month by month, what was said against what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from regulars.kit.charts.scale import Mark, nice_step, text_width, thinned
from regulars.kit.charts.twin import Twin

TOP, BOTTOM, LEAST_GAP = 14.0, 34.0, 2.0
Shown = Callable[[float], str]


@dataclass(frozen=True)
class Column:
    """One step along the foot; `shown` is the finished figure, `said` the words of its interval or mark.

    `is_ahead` is drawn hollow: it has not happened. `mark` is a line across the column, what it is held against.
    `name` is the twin's word for the step, where the label under the column must be short.
    """

    label: str
    value: float | None
    shown: str
    low: float | None = None
    high: float | None = None
    mark: float | None = None
    said: str = ""
    name: str = ""
    is_ahead: bool = False


@dataclass(frozen=True)
class Drawn:
    """A column's box, the ends of its interval and the height of its mark, in chart units."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    low: float | None
    high: float | None
    mark: float | None
    is_ahead: bool

    @property
    def right(self) -> float:
        return round(self.x + self.width, 1)


@dataclass(frozen=True)
class Form:
    """One drawing: `kind` is wide or narrow, and the style sheet shows the one that fits."""

    kind: str
    width: float
    height: float
    columns: tuple[Drawn, ...]
    steps: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    left: float
    floor: float


@dataclass(frozen=True)
class Columns:
    label: str
    forms: tuple[Form, ...]
    twin: Twin
    template: str = "kit/_columns.html"


def whole(value: float) -> str:
    """A count in the reader's language."""
    return number_format(round(value), 0, force_grouping=True)


def columns(
    rows: Sequence[Column],
    *,
    label: str,
    headers: Sequence[str] = (),
    shown: Shown = whole,
    top: float | None = None,
    last_on_phone: int = 0,
) -> Columns:
    """Draw columns from zero to `top`, or to the highest value, interval or mark; `shown` writes the grid's figures.

    A phone draws only the last so many where they would be too thin; the twin has them all.

    `headers` name the twin's columns: what, how much, and (where any row has `said`) what is said beside it.
    """
    reach = top or max((n for row in rows for n in (row.value, row.high, row.mark) if n is not None), default=0.0)
    step = nice_step(reach or 1.0)
    ceiling = step
    while ceiling < reach * (1 - 1e-9):
        ceiling += step
    forms = tuple(
        _form(kind, width, height, drawn, ceiling, step, shown)
        for kind, width, height, drawn in (
            ("wide", 640.0, 240.0, rows),
            ("narrow", 340.0, 220.0, rows[-last_on_phone:]),
        )
    )
    return Columns(label, forms, _twin(rows, headers))


def _form(
    kind: str, width: float, height: float, rows: Sequence[Column], top: float, step: float, shown: Shown
) -> Form:
    figures = [(n * step, shown(n * step)) for n in range(1, round(top / step) + 1)]
    left = max(text_width(text) for _value, text in figures) + 12
    floor, room = height - BOTTOM, (width - left) / max(1, len(rows))
    gap = max(LEAST_GAP, room * 0.22)

    def y(value: float) -> float:
        return round(floor - max(0.0, value) / top * (floor - TOP), 1)

    def drawn(index: int, row: Column) -> Drawn:
        x = round(left + index * room + gap / 2, 1)
        high = y(row.value or 0.0)
        ends = (None, None) if row.low is None or row.high is None else (y(row.low), y(row.high))
        mark = None if row.mark is None else y(row.mark)
        wide = round(room - gap, 1)
        return Drawn(
            x, high, wide, round(floor - high, 1), round(x + wide / 2, 1), ends[0], ends[1], mark, row.is_ahead
        )

    places = [(left + (index + 0.5) * room, row.label) for index, row in enumerate(rows)]
    return Form(
        kind=kind,
        width=width,
        height=height,
        columns=tuple(drawn(index, row) for index, row in enumerate(rows)),
        steps=tuple(Mark(left - 8, y(value), text, "end") for value, text in figures),
        labels=thinned(places, height - 8, width),
        left=left,
        floor=floor,
    )


def _twin(rows: Sequence[Column], headers: Sequence[str]) -> Twin:
    names = (*headers, *(_("What"), _("How much"), _("How sure"))[len(headers) :])
    if not any(row.said for row in rows):
        return Twin(tuple(names[:2]), tuple((row.name or row.label, row.shown) for row in rows))
    return Twin(tuple(names[:3]), tuple((row.name or row.label, row.shown, row.said) for row in rows))
