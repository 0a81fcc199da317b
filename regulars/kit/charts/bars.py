"""Horizontal bars: words stand in the page at reading size, only the bar itself is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from regulars.kit.charts.scale import between
from regulars.kit.charts.twin import Twin


@dataclass(frozen=True)
class Bar:
    """One row: `shown` is the finished figure with its unit; `low` and `high` its interval, if there is one."""

    label: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None
    note: str = ""
    url: str = ""
    is_faint: bool = False
    length: float = 0.0
    low_at: float = 0.0
    high_at: float = 0.0

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Bars:
    """Rows on one scale from zero."""

    label: str
    rows: tuple[Bar, ...]
    twin: Twin
    template: str = "kit/_bars.html"


def bars(rows: Sequence[Bar], *, label: str, top: float | None = None, noted: str = "") -> Bars:
    """Put rows on one scale from zero to `top` (1 for shares), or to the longest value or interval.

    A negative value draws no bar. `noted` heads the notes in the twin.
    """
    top = top or max((number for row in rows for number in (row.value, row.high) if number is not None), default=0)

    def at(value: float | None) -> float:
        return round(between(value or 0.0, 0.0, top) / top * 100, 2) if top > 0 else 0.0

    drawn = tuple(replace(row, length=at(row.value), low_at=at(row.low), high_at=at(row.high)) for row in rows)
    twin = Twin(
        (_("What"), _("How much"), noted or _("How we know")), tuple((row.label, row.shown, row.note) for row in rows)
    )
    if not any(row.note for row in rows):
        twin = Twin(twin.headers[:2], tuple(cells[:2] for cells in twin.rows))
    return Bars(label, drawn, twin)
