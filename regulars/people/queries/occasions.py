"""Which days are kept in a stretch of time, over the end of a year and on 29 February."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from regulars.people.models import LeapDay, Occasion, Person
from regulars.people.partial_dates import PartialDate

OBSERVED = ("person_id", "pk", "kind", "label", "month", "day", "year", "person__feb29_rule")
LEAP_DAY, ITS_EVE, ITS_MORROW = 229, 228, 301


class ObservedDay(NamedTuple):
    """An occasion as it is kept in one year; `turning` is missing without a real year."""

    person_id: int
    occasion_id: int
    kind: str
    label: str
    on: date
    turning: int | None


def occasions_between(first: date, last: date, kinds: Sequence[str] | None = None) -> list[ObservedDay]:
    """Return every day kept from `first` to `last`, both included, in order. One query a calendar year.

    Leaves out people merged, erased or standing for many, and days somebody would rather not keep.
    """
    found = [
        day
        for start, end in within_years(first, last)
        for day in observed(occasion_rows(start, end, kinds).values_list(*OBSERVED), start.year)
    ]
    return sorted(found, key=lambda day: (day.on, day.person_id, day.occasion_id))


def within_years(first: date, last: date) -> list[tuple[date, date]]:
    """Cut a stretch of time where a year ends."""
    years = range(first.year, last.year + 1) if first <= last else ()
    return [(max(first, date(year, 1, 1)), min(last, date(year, 12, 31))) for year in years]


def observed(rows: Iterable[Sequence[Any]], year: int) -> list[ObservedDay]:
    """Read rows of the columns `OBSERVED` as days kept in that year."""
    return [_observed_in(year, *row) for row in rows]


def coming_up(person: Person, today: date, days: int = 366) -> list[ObservedDay]:
    """Return the next time each of one person's days is kept. One query."""
    last = today + timedelta(days=days)
    columns = ("person_id", "pk", "kind", "label", "month", "day", "year")
    rows = ((*row, person.feb29_rule) for row in person.occasions.filter(is_celebrated=True).values_list(*columns))
    first_ones = (next(_observed(row, today, last), None) for row in rows)
    return sorted((day for day in first_ones if day), key=lambda day: day.on)


def occasion_rows(first: date, last: date, kinds: Sequence[str] | None = None) -> QuerySet[Occasion, Occasion]:
    """The rows of a stretch within one year, the soonest first; a day of birth still to come is not kept yet.

    They are read in the order of their index, so that a caller who narrows and cuts them reads no more than that.
    """
    rows = Occasion.objects.filter(
        _falls_between(first, last),
        Q(year=None) | Q(year__lte=first.year),
        is_celebrated=True,
        person__merged_into=None,
        person__erased_at=None,
        person__is_bucket=False,
    )
    if kinds is not None:
        rows = rows.filter(kind=kinds[0]) if len(kinds) == 1 else rows.filter(kind__in=kinds)
    return rows.order_by("month_day", "person_id", "pk")


def _falls_between(first: date, last: date) -> Q:
    """Say which days of the year fall into the stretch.

    In a common year 29 February moves to the day somebody chose beside it, which leaves the days in their order.
    """
    start, end = first.month * 100 + first.day, last.month * 100 + last.day
    has_eve, has_morrow = start <= ITS_EVE <= end, start <= ITS_MORROW <= end
    if isleap(first.year) or not (has_eve or has_morrow):
        return Q(month_day__range=(start, end))
    inside = Q(month_day__range=(min(start, LEAP_DAY), max(end, LEAP_DAY)))
    if has_eve and has_morrow:
        return inside
    return inside & (~Q(month_day=LEAP_DAY) | Q(person__feb29_rule=LeapDay.EVE if has_eve else LeapDay.MORNING))


def _observed(
    row: tuple[int, int, str, str, int, int, int | None, str], first: date, last: date
) -> Iterator[ObservedDay]:
    for year in range(first.year, last.year + 1):
        found = _observed_in(year, *row)
        born = row[6]
        if first <= found.on <= last and (born is None or year >= born):
            yield found


def _observed_in(
    year: int, person_id: int, pk: int, kind: str, label: str, month: int, day: int, born: int | None, rule: str
) -> ObservedDay:
    partial = PartialDate(month, day, born)
    return ObservedDay(person_id, pk, kind, label, partial.observed_in(year, rule), partial.turning_in(year))
