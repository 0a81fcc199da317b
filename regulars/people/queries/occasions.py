"""Which days are kept in a stretch of time, over the end of a year and on 29 February."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q

from regulars.people.models import Occasion, Person
from regulars.people.partial_dates import PartialDate

LEAP_DAY = 229


class ObservedDay(NamedTuple):
    """An occasion as it is kept in one year; `turning` is missing without a real year."""

    person_id: int
    occasion_id: int
    kind: str
    label: str
    on: date
    turning: int | None


def occasions_between(first: date, last: date, kinds: Sequence[str] | None = None) -> list[ObservedDay]:
    """Return every day kept from `first` to `last`, both included, in order. One query.

    Leaves out people merged, erased or standing for many, and days somebody would rather not keep.
    """
    if last < first:
        return []
    rows = Occasion.objects.filter(
        _falls_between(first, last),
        is_celebrated=True,
        person__merged_into=None,
        person__erased_at=None,
        person__is_bucket=False,
    )
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    columns = ("person_id", "pk", "kind", "label", "month", "day", "year", "person__feb29_rule")
    found = (day for row in rows.values_list(*columns) for day in _observed(row, first, last))
    return sorted(found, key=lambda day: (day.on, day.person_id, day.occasion_id))


def coming_up(person: Person, today: date, days: int = 366) -> list[ObservedDay]:
    """Return the next time each of one person's days is kept. One query."""
    last = today + timedelta(days=days)
    columns = ("person_id", "pk", "kind", "label", "month", "day", "year")
    rows = ((*row, person.feb29_rule) for row in person.occasions.filter(is_celebrated=True).values_list(*columns))
    first_ones = (next(_observed(row, today, last), None) for row in rows)
    return sorted((day for day in first_ones if day), key=lambda day: day.on)


def _falls_between(first: date, last: date) -> Q:
    """Say which days of the year can fall into the stretch; the exact day is worked out from each row."""
    if (last - first).days >= 365:
        return Q()
    start, end = first.month * 100 + first.day, last.month * 100 + last.day
    inside = Q(month_day__gte=start, month_day__lte=end)
    if start > end:
        inside = Q(month_day__gte=start) | Q(month_day__lte=end)
    return inside | Q(month_day=LEAP_DAY) if _touches_a_moved_leap_day(first, last) else inside


def _touches_a_moved_leap_day(first: date, last: date) -> bool:
    common = [year for year in range(first.year, last.year + 1) if not isleap(year)]
    return any(first <= day <= last for year in common for day in (date(year, 2, 28), date(year, 3, 1)))


def _observed(
    row: tuple[int, int, str, str, int, int, int | None, str], first: date, last: date
) -> Iterator[ObservedDay]:
    person_id, pk, kind, label, month, day, born, rule = row
    partial = PartialDate(month, day, born)
    for year in _years(first, last):
        on = partial.observed_in(year, rule)
        if first <= on <= last and (born is None or year >= born):
            yield ObservedDay(person_id, pk, kind, label, on, partial.turning_in(year))


def _years(first: date, last: date) -> Iterable[int]:
    return range(first.year, last.year + 1)
