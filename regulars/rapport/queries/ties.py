"""Who has not been spoken to for longer than usual. When the next time is, is worked out when it is read.

Costs go with how many suppliers, neighbours and the like there are, never with the customers: their kinds are walked by
index, and customers have a rhythm only where somebody gave them one by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, DateField, DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Value, When

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.people.models import Kind, Person, PersonKind, TimelineEntry
from regulars.rapport.models import Encounter, KindRhythm, Tie
from regulars.rapport.months import months_after
from regulars.rapport.queries.encounters import last_contacts

USUAL_MONTHS: dict[str, int] = {
    Kind.SUPPLIER: 3,
    Kind.DISTRIBUTOR: 3,
    Kind.LANDLORD: 3,
    Kind.REFERRAL_SOURCE: 3,
    Kind.NEIGHBOUR: 6,
}
MOST_RHYTHMS = 60
# Whose line on the timeline is a contact: a letter or call goes out, a purchase brings them in.
OUT_ROOMS, IN_ROOMS = ("outreach",), ("purchases",)


@dataclass(frozen=True)
class Contact:
    """When they last came to us, we last went to them, and somebody last said "not this time"."""

    in_on: date | None = None
    out_on: date | None = None
    rested_on: date | None = None

    @property
    def last_on(self) -> date | None:
        return _latest(self.in_on, self.out_on)

    def next_on(self, every_months: int, added_on: date) -> date | None:
        """When we should speak again; None where nobody expects it."""
        if not every_months:
            return None
        start = _latest(self.last_on, self.rested_on) or added_on
        return months_after(start, every_months)


@dataclass(frozen=True)
class Unspoken:
    """Somebody we have not spoken to for longer than usual."""

    person_id: int
    kind: str
    every_months: int
    last_on: date | None
    due_on: date


def rhythms() -> dict[str, int]:
    """Months between two talks for every kind; 0 is never by itself. One query."""
    rows = KindRhythm.objects.filter(kind__in=Kind.values).order_by("kind")
    own = dict(rows.values_list("kind", "every_months")[: len(Kind.values)])
    return {kind: own.get(kind, USUAL_MONTHS.get(kind, 0)) for kind in Kind.values}


def months_for(tie: Tie | None, kinds: Iterable[str], usual: Mapping[str, int]) -> int:
    """Their own rhythm, else the shortest of what they are to us; 0 for none."""
    if tie is not None and tie.every_months is not None:
        return tie.every_months
    return min((usual[kind] for kind in kinds if usual.get(kind)), default=0)


def tie_of(person: Person) -> Tie | None:
    """One query."""
    return Tie.objects.filter(person=person).first()


def contacts_of(person_ids: Collection[int]) -> dict[int, Contact]:
    """When we last heard from these people and they from us: by hand, from the log and other rooms. Three queries."""
    log = last_contacts(person_ids)
    ties = {tie.person_id: tie for tie in Tie.objects.filter(person_id__in=person_ids)}
    told = TimelineEntry.objects.filter(person_id__in=person_ids, room__in=(*OUT_ROOMS, *IN_ROOMS))
    days: dict[tuple[int, bool], date] = {}
    for person_id, room, at in told.values_list("person_id", "room").annotate(Max("at")):
        days[person_id, room in IN_ROOMS] = clock.local(at).date()
    return {
        pk: Contact(
            _latest(ties[pk].last_in_on if pk in ties else None, days.get((pk, True)), _day(log[pk].from_them)),
            _latest(ties[pk].last_out_on if pk in ties else None, days.get((pk, False)), _day(log[pk].from_us)),
            ties[pk].rested_on if pk in ties else None,
        )
        for pk in person_ids
    }


def unspoken(
    on: date, limit: int, *, only: Collection[int] | None = None, but_not: Callable[[date], Q] | None = None
) -> list[Unspoken]:
    """Whom we have not spoken to for longer than usual, the longest overdue first.

    `but_not` gives for a day the condition over rows with a `person_id` that leaves people out. Two queries for how
    often, one for the kinds and one for the rhythms set by hand if there are any, each cut off at `limit`; four for
    those found.
    """
    found: dict[int, tuple[str, int]] = {}
    usual = {kind: months for kind, months in rhythms().items() if months}
    if usual:
        for pk, kind in _by_kind(tuple(usual.items()), on, limit, only, but_not):
            if pk not in found or usual[kind] < found[pk][1]:
                found[pk] = (kind, usual[kind])
    if by_hand := _set_by_hand():
        for pk, months in _by_own_rhythm(tuple(by_hand.items()), on, limit, only, but_not):
            found[pk] = ("", months or 0)
    return _told(found, on)[:limit] if found else []


@prepared
def _by_kind(
    usual: tuple[tuple[str, int], ...],
    on: date,
    limit: int,
    only: Collection[int] | None,
    but_not: Callable[[date], Q] | None,
) -> QuerySet[PersonKind, Any]:
    months_of = dict(usual)
    rows = _silent(PersonKind.objects.filter(kind__in=list(months_of)), "kind", months_of, on)
    return _narrowed(rows, "kind", only, but_not and but_not(on)).values_list("person_id", "kind")[:limit]


@prepared
def _by_own_rhythm(
    by_hand: tuple[tuple[int, int], ...],
    on: date,
    limit: int,
    only: Collection[int] | None,
    but_not: Callable[[date], Q] | None,
) -> QuerySet[Tie, Any]:
    months_of = dict(by_hand)
    rows = _silent(Tie.objects.filter(every_months__in=list(months_of)), "every_months", months_of, on)
    rows = _narrowed(rows, "every_months", only, but_not and but_not(on))
    return rows.values_list("person_id", "every_months")[:limit]


def _set_by_hand() -> dict[int, int]:
    """The rhythms people were given one by one. One query, by index."""
    rows = Tie.objects.filter(every_months__gt=0).order_by("every_months").values_list("every_months", flat=True)
    return {months: months for months in rows.distinct()[:MOST_RHYTHMS] if months}


def _narrowed(
    rows: QuerySet[Any, Any], column: str, only: Collection[int] | None, but_not: Q | None
) -> QuerySet[Any, Any]:
    rows = rows.filter(person__merged_into=None, person__erased_at=None, person__is_bucket=False)
    if only is not None:
        rows = rows.filter(person_id__in=only)
    if but_not is not None:
        rows = rows.filter(~but_not)
    return rows.order_by(column, "person_id")  # as their index has them


def _silent(rows: QuerySet[Any, Any], column: str, months_of: Mapping[Any, int], on: date) -> QuerySet[Any, Any]:
    """No contact since as many months ago as `column` means, and known for as long.

    Among kinds, people with a rhythm of their own are left to that.
    """
    last = {value: months_after(on, -months) for value, months in months_of.items()}
    after = {value: clock.end_of(day) for value, day in last.items()}
    rows = rows.annotate(
        since_on=Case(*(When(**{column: v}, then=Value(day)) for v, day in last.items()), output_field=DateField()),
        since_at=Case(*(When(**{column: v}, then=Value(at)) for v, at in after.items()), output_field=DateTimeField()),
    )
    ties = Tie.objects.filter(person_id=OuterRef("person_id"))
    since_on, since_at = OuterRef("since_on"), OuterRef("since_at")
    heard = Q(last_in_on__gt=since_on) | Q(last_out_on__gt=since_on) | Q(rested_on__gt=since_on)
    spoken = ties.filter(heard if column == "every_months" else heard | Q(every_months__isnull=False))
    rooms = (*OUT_ROOMS, *IN_ROOMS)
    told = TimelineEntry.objects.filter(person_id=OuterRef("person_id"), room__in=rooms, at__gte=since_at)
    log = Encounter.objects.filter(person_id=OuterRef("person_id"), happened_at__gte=since_at)
    known = ties.exclude(last_in_on=None, last_out_on=None, rested_on=None)
    quiet = rows.filter(~Exists(spoken), ~Exists(told), ~Exists(log))
    return quiet.filter(Q(person__added_at__lt=F("since_at")) | Q(Exists(known)))


def _told(found: Mapping[int, tuple[str, int]], on: date) -> list[Unspoken]:
    contacts = contacts_of(list(found))
    added = dict(Person.objects.filter(pk__in=list(found)).values_list("pk", "added_at"))
    rows = [
        Unspoken(
            pk,
            kind,
            months,
            contacts[pk].last_on,
            contacts[pk].next_on(months, clock.local(added[pk]).date()) or on,
        )
        for pk, (kind, months) in found.items()
    ]
    return sorted(rows, key=lambda row: (row.due_on, row.person_id))


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _day(at: datetime | None) -> date | None:
    return clock.local(at).date() if at else None
