"""A person's rhythm: visits as dots on a line, when the next was due, and today."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from regulars.kit.charts.scale import Mark, between, kept_inside, text_width
from regulars.kit.charts.twin import Twin

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
AXIS, LABEL_ABOVE, LABEL_BELOW, EDGE = 52.0, 18.0, 96.0, 10.0


@dataclass(frozen=True)
class Visit:
    """One buying day; the amount sizes its dot by area."""

    on: date
    amount: Decimal | None = None


@dataclass(frozen=True)
class Dot:
    x: float
    r: float


@dataclass(frozen=True)
class Form:
    """One drawing of the rhythm: `kind` is wide or narrow, and the style sheet shows the one that fits."""

    kind: str
    width: float
    dots: tuple[Dot, ...]
    months: tuple[Mark, ...]
    today: Mark
    now_x: float
    last_x: float | None
    due_x: float | None
    due_width: float
    due: Mark | None
    height: float = 108.0
    axis: float = AXIS


@dataclass(frozen=True)
class Rhythm:
    """Both forms, and the table twin, newest visit first."""

    label: str
    forms: tuple[Form, ...]
    is_late: bool
    twin: Twin
    template: str = "kit/_rhythm.html"


def rhythm(
    visits: Sequence[Visit], *, today: date, due: tuple[date, date] | None = None, months: int = 18, label: str = ""
) -> Rhythm:
    """Draw the last `months`, reaching further back when fewer than four visits fall inside.

    `due` is the first and last day the next visit was to be expected. Visits after `today` are left out.
    """
    known = sorted((visit for visit in visits if visit.on <= today), key=lambda visit: visit.on)
    is_late = due is not None and today > due[1]
    forms = (
        _form("wide", 640.0, known, today, due, is_late, months),
        _form("narrow", 340.0, known, today, due, is_late, (months + 1) // 2),
    )
    return Rhythm(label or _said(known, today), forms, is_late, _twin(known))


def _form(
    kind: str,
    width: float,
    known: Sequence[Visit],
    today: date,
    due: tuple[date, date] | None,
    is_late: bool,
    months: int,
) -> Form:
    start = _start(known, today, months)
    end = max([today] + ([due[1]] if due else [])) + timedelta(days=1)

    def x(day: date) -> float:
        share = (day - start).days / max(1, (end - start).days)
        return round(EDGE + between(share, 0, 1) * (width - 2 * EDGE), 1)

    shown = [visit for visit in known if visit.on >= start]
    mark_today = kept_inside(x(today), LABEL_BELOW, _("today"), width)
    due_x = x(due[0]) if due else None
    due_width = max(6.0, x(due[1]) - x(due[0])) if due else 0.0
    words = _("was due about here") if is_late else _("due about here")
    return Form(
        kind=kind,
        width=width,
        dots=_dots(shown, x, width),
        months=_month_marks(start, end, x, width, mark_today),
        today=mark_today,
        now_x=x(today),
        last_x=x(shown[-1].on) if shown else None,
        due_x=due_x,
        due_width=due_width,
        due=kept_inside(due_x + due_width / 2, LABEL_ABOVE, words, width) if due_x is not None else None,
    )


def _start(known: Sequence[Visit], today: date, months: int) -> date:
    """The first day drawn: the window, or what it takes to show four visits, but never before the first by much."""
    start = today - timedelta(days=round(months * 30.44))
    if known and known[0].on > start:
        start = known[0].on
    few = known[-4:]
    reach = few[0].on if few else start
    return min(start, reach) - timedelta(days=3)


def _dots(shown: Sequence[Visit], x: Callable[[date], float], width: float) -> tuple[Dot, ...]:
    room = (width - 2 * EDGE) / max(1, len(shown))
    largest = between(room * 0.55, 3.0, 8.5)
    top = max((visit.amount or Decimal(0) for visit in shown), default=Decimal(0))

    def radius(visit: Visit) -> float:
        if visit.amount is None or top <= 0:
            return round(largest * 0.75, 1)
        share = math.sqrt(between(float(visit.amount / top), 0, 1))
        return round(largest * (0.45 + 0.55 * share), 1)

    return tuple(Dot(x(visit.on), radius(visit)) for visit in shown)


def _month_marks(start: date, end: date, x: Callable[[date], float], width: float, today: Mark) -> tuple[Mark, ...]:
    """Month names as far apart as their words need, a year's number in January's place, none under "today"."""
    per_month = (width - 2 * EDGE) / max(1.0, (end - start).days / 30.44)
    step = next((months for months in MONTH_STEPS if months * per_month >= 58), MONTH_STEPS[-1])
    clear = text_width(today.text) + 24
    marks = []
    for day in _firsts(start, end):
        months = day.year * 12 + day.month - 1
        if months % step:
            continue
        text = str(day.year) if day.month == 1 else date_format(day, "M")
        mark = kept_inside(x(day), LABEL_BELOW, text, width)
        if abs(mark.x - today.x) >= clear:
            marks.append(mark)
    return tuple(marks)


def _firsts(start: date, end: date) -> Iterator[date]:
    day = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= end:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _said(known: Sequence[Visit], today: date) -> str:
    if not known:
        return _("No visits yet")
    return _("%(n)s visits since %(first)s, the last on %(last)s; today is %(today)s") % {
        "n": number_format(len(known)),
        "first": date_format(known[0].on, "DATE_FORMAT"),
        "last": date_format(known[-1].on, "DATE_FORMAT"),
        "today": date_format(today, "DATE_FORMAT"),
    }


def _twin(known: Sequence[Visit]) -> Twin:
    has_amounts = any(visit.amount is not None for visit in known)
    headers = (_("Day"), _("Amount")) if has_amounts else (_("Day"),)
    rows = []
    for visit in reversed(known[-60:]):
        day = date_format(visit.on, "DATE_FORMAT")
        amount = "" if visit.amount is None else number_format(visit.amount, 2)
        rows.append((day, amount) if has_amounts else (day,))
    return Twin(headers, tuple(rows))
