"""A heat map: one row a cohort, one column a month since; the figure stands in every cell, the tint only helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.charts.frame import percent
from regulars.kit.charts.scale import Mark, text_width
from regulars.kit.charts.twin import Twin

ROW, HEAD, LEVELS = 30.0, 26.0, 6
MOST = {"wide": 12, "narrow": 5}
Shown = Callable[[float], str]


@dataclass(frozen=True)
class HeatRow:
    """A row's name, how many it holds in words, and one share of 0-1 a column; None where it cannot be known yet.

    `said` are the twin's words for the shares, with their intervals; left out, the share itself is said.
    """

    label: str
    beside: str
    values: tuple[float | None, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A box with its figure; `level` 0-5 is the tint, the darkest with light words."""

    x: float
    y: float
    width: float
    level: int
    figure: Mark


@dataclass(frozen=True)
class Form:
    """One drawing: `kind` is wide or narrow; the narrow one leaves out columns, never rows."""

    kind: str
    width: float
    height: float
    cells: tuple[Cell, ...]
    heads: tuple[Mark, ...]
    names: tuple[Mark, ...]
    row: float = ROW


@dataclass(frozen=True)
class Heat:
    label: str
    forms: tuple[Form, ...]
    twin: Twin
    template: str = "kit/_heat.html"


def heat(rows: Sequence[HeatRow], heads: Sequence[str], *, label: str, corner: str, shown: Shown = percent) -> Heat:
    """Draw shares; the tint goes by the largest of them, the cells carry whole percents without their sign.

    `corner` heads the column of the rows' names in the twin.
    """
    top = max((value for row in rows for value in row.values if value), default=1.0)
    forms = tuple(_form(kind, width, rows, heads, top) for kind, width in (("wide", 640.0), ("narrow", 340.0)))
    return Heat(label, forms, _twin(rows, heads, corner, shown))


def _form(kind: str, width: float, rows: Sequence[HeatRow], heads: Sequence[str], top: float) -> Form:
    chosen = _chosen(len(heads), MOST[kind])
    names = [f"{row.label} · {row.beside}" if kind == "wide" and row.beside else row.label for row in rows]
    left = max((text_width(name) for name in names), default=0.0) + 10
    room = (width - left) / max(1, len(chosen))

    def cell(down: int, across: int, value: float) -> Cell:
        x, y = round(left + across * room, 1), HEAD + down * ROW
        figure = Mark(round(x + room / 2, 1), y + ROW / 2, str(round(value * 100)))
        return Cell(x + 1, y + 1, round(room - 2, 1), _level(value, top), figure)

    return Form(
        kind=kind,
        width=width,
        height=HEAD + len(rows) * ROW + 2,
        cells=tuple(
            cell(down, across, value)
            for down, row in enumerate(rows)
            for across, index in enumerate(chosen)
            if (value := row.values[index] if index < len(row.values) else None) is not None
        ),
        heads=tuple(
            Mark(round(left + (across + 0.5) * room, 1), HEAD - 9, heads[index]) for across, index in enumerate(chosen)
        ),
        names=tuple(Mark(0, HEAD + (down + 0.5) * ROW, name, "start") for down, name in enumerate(names)),
    )


def _chosen(count: int, most: int) -> list[int]:
    """The columns that are drawn: all, or the first, the last and some evenly between."""
    if count <= most:
        return list(range(count))
    return sorted({round(index * (count - 1) / (most - 1)) for index in range(most)})


def _level(value: float, top: float) -> int:
    return 0 if value <= 0 else min(LEVELS - 1, 1 + int(value / top * (LEVELS - 1) * (1 - 1e-9)))


def _twin(rows: Sequence[HeatRow], heads: Sequence[str], corner: str, shown: Shown) -> Twin:
    def cells(row: HeatRow) -> tuple[str, ...]:
        known = [*row.values, *([None] * (len(heads) - len(row.values)))]
        said = dict(enumerate(row.said))
        return tuple(_("not yet") if value is None else said.get(at) or shown(value) for at, value in enumerate(known))

    body = tuple((row.label, row.beside, *cells(row)) for row in rows)
    return Twin((corner, _("How many"), *heads), body)
