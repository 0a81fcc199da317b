"""The list of people: filtered, sorted, a page at a time, the same for two hundred and for a million.

Two ways through, chosen by a bounded look: where few fit, they are fetched and sorted; where many fit, the list is
walked in its order and those that fit are kept. Either way the rows looked at are bounded, and nothing is counted:
a walk that meets too few in `LOOKED_AT` rows stops there, says so, and goes on from there when asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from regulars.people import fields
from regulars.people.bulk import among
from regulars.people.models import Person
from regulars.people.queries.search import search

FEW = 2000
FIRST_STRIDE, GROWTH = 200, 4
LONGEST_STRIDE = 2000
# The names come out of their index; what is asked of the people themselves takes about 10 ms a thousand.
LOOKED_AT = 5000
BY_NAME, NEWEST = "name", "newest"


@dataclass(frozen=True)
class Filter:
    """One choice made in the list: a field of the catalogue, its operator and the value."""

    key: str
    op: str
    value: str


@dataclass(frozen=True)
class Page:
    """Ids of one page in order, and the marks from which the pages beside it begin ("" where there is none).

    `is_part`: the look stopped before the page was full; the next mark is where it goes on.
    """

    ids: list[int] = field(default_factory=list)
    before: str = ""
    after: str = ""
    is_guess: bool = False
    is_cut: bool = False
    is_part: bool = False


def people_list(
    filters: Sequence[Filter] = (),
    after: str = "",
    limit: int = 10,
    *,
    text: str = "",
    sort: str = BY_NAME,
    before: str = "",
) -> Page:
    """Return a page of people that fit all filters; with `text`, those found by it, the best first."""
    chosen = _chosen(filters)
    if text.strip():
        return _found(text, chosen, after, limit)
    is_back = bool(before) and not after
    mark = _read_mark(before if is_back else after, sort)
    rows, stopped = _fitting(chosen, mark, limit + 1, sort, is_back)
    has_more, rows = len(rows) > limit, rows[:limit]
    further = _mark(rows[-1], sort) if has_more else _mark(stopped, sort) if stopped else ""
    if is_back:
        rows.reverse()
    return Page(
        [pk for _, pk in rows],
        before=further if is_back else _mark(rows[0], sort) if rows and mark is not None else "",
        after=further if not is_back else _mark(rows[-1], sort) if rows else "",
        is_part=stopped is not None,
    )


Row = tuple[str, int]
Chosen = list[tuple[fields.Field, Filter]]


def _chosen(filters: Sequence[Filter]) -> Chosen:
    """Pair every filter with its field; one whose field nobody offers any more is left out."""
    return [(known, one) for one in filters if one.value and (known := fields.field(one.key)) is not None]


def _condition(chosen: Chosen) -> Q:
    condition = Q()
    for known, one in chosen:
        condition &= known.matches(one.op, one.value)
    return condition


def everybody_fitting(filters: Sequence[Filter]) -> QuerySet[Person]:
    """Return everybody these filters let through, for what is done to a whole list."""
    return Person.objects.here().filter(_condition(_chosen(filters)))


def _found(text: str, chosen: Chosen, after: str, limit: int) -> Page:
    """Page through what the search found; the place in that list is the mark."""
    found = search(text)
    ids = found.ids
    if chosen:
        fitting = set(Person.objects.filter(_condition(chosen), pk__in=ids).values_list("pk", flat=True))
        ids = [pk for pk in ids if pk in fitting]
    start = int(after) if after.isdigit() else 0
    return Page(
        ids[start : start + limit],
        before=str(max(0, start - limit)) if start else "",
        after=str(start + limit) if len(ids) > start + limit else "",
        is_guess=found.is_guess and bool(ids),
        is_cut=found.has_more,
    )


def _fitting(chosen: Chosen, mark: Row | None, count: int, sort: str, is_back: bool) -> tuple[list[Row], Row | None]:
    """Return up to `count` rows that fit, from the mark on, and the row at which the look stopped, if it did."""
    people = Person.objects.here()
    if not chosen:
        return list(_in_order(people, mark, sort, is_back)[:count]), None
    few, to_ask = _few(chosen)
    if few is None:
        return _walked(people, _condition(chosen), mark, count, sort, is_back)
    fitting = people.filter(_condition(to_ask), pk__in=among(few))
    return list(_in_order(fitting, mark, sort, is_back)[:count]), None


def _few(chosen: Chosen) -> tuple[list[int] | None, Chosen]:
    """Return the ids that one of the filters lets through, if they are few, and the filters still to be asked; None if
    all let many through."""
    for place, (known, one) in enumerate(chosen):
        rows = known.ids(one.op, one.value) if known.ids is not None else None
        if rows is None:
            continue
        ids = list(rows[: FEW + 1])
        if len(ids) <= FEW:
            return ids, chosen if known.is_wide else [*chosen[:place], *chosen[place + 1 :]]
    return None, chosen


def _walked(
    people: QuerySet[Person], condition: Q, mark: Row | None, count: int, sort: str, is_back: bool
) -> tuple[list[Row], Row | None]:
    """Walk the list in growing strides and keep those that fit, until there are enough, or list or patience ends."""
    kept: list[Row] = []
    stride, looked_at = FIRST_STRIDE, 0
    while looked_at < LOOKED_AT:
        rows = list(_in_order(people, mark, sort, is_back)[:stride])
        ids = [pk for _, pk in rows]
        fitting = set(Person.objects.filter(condition, pk__in=among(ids)).order_by().values_list("pk", flat=True))
        kept += [row for row in rows if row[1] in fitting]
        if len(kept) >= count or len(rows) < stride:
            return kept[:count], None
        mark, looked_at = rows[-1], looked_at + stride
        stride = min(stride * GROWTH, LONGEST_STRIDE, max(LOOKED_AT - looked_at, 1))
    return kept, mark


def _in_order(people: QuerySet[Person], mark: Row | None, sort: str, is_back: bool) -> QuerySet[Person, Row]:
    """Order people and begin after the mark. Newest first is the order of ids, backwards."""
    goes_up = (sort == BY_NAME) != is_back
    if sort == BY_NAME:
        order = ["sort_name", "pk"] if goes_up else ["-sort_name", "-pk"]
        if mark:
            people = people.filter(_beyond(mark, goes_up))
    else:
        order = ["pk"] if goes_up else ["-pk"]
        if mark:
            people = people.filter(pk__gt=mark[1]) if goes_up else people.filter(pk__lt=mark[1])
    return people.order_by(*order).values_list("sort_name", "pk")


def _beyond(mark: Row, goes_up: bool) -> Q:
    """After the mark in (name, id). The first, looser condition is the one an index can begin at."""
    name, pk = mark
    if goes_up:
        return Q(sort_name__gte=name) & (Q(sort_name__gt=name) | Q(pk__gt=pk))
    return Q(sort_name__lte=name) & (Q(sort_name__lt=name) | Q(pk__lt=pk))


def _mark(row: Row, sort: str) -> str:
    return f"{row[1]}~{row[0]}" if sort == BY_NAME else str(row[1])


def _read_mark(mark: str, sort: str) -> Row | None:
    number, _, name = mark.partition("~")
    return (name if sort == BY_NAME else "", int(number)) if number.isdigit() else None
