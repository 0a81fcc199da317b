"""Who has not been spoken to for longer than usual. When the next time is, is worked out when it is read.

Costs go with how many suppliers, neighbours and the like there are, never with the customers: their kinds are walked by
index, and customers have a rhythm only where somebody gave them one by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from regulars.kit import clock
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
    own = dict(KindRhythm.objects.values_list("kind", "every_months"))
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


def unspoken(on: date, limit: int, *, only: Collection[int] | None = None, but_not: Q | None = None) -> list[Unspoken]:
    """Whom we have not spoken to for longer than usual, the longest overdue first.

    `but_not` is a condition over rows with a `person_id` that leaves people out. One query for each
    length of rhythm, each cut off at `limit`, two for what those lengths are, four for what is known of those found.
    """
    found: dict[int, tuple[str, int]] = {}
    for months, kinds in _by_months(rhythms()):
        rows = PersonKind.objects.filter(kind__in=kinds).filter(_silent(months_after(on, -months), by_hand=False))
        for pk, kind in _narrowed(rows, only, but_not).values_list("person_id", "kind")[:limit]:
            found.setdefault(pk, (kind, months))
    own = Tie.objects.filter(every_months__gt=0)
    by_hand = own.order_by("every_months").values_list("every_months", flat=True).distinct()
    for months in [months for months in by_hand if months]:
        ties = own.filter(every_months=months).filter(_silent(months_after(on, -months), by_hand=True))
        pks = _narrowed(ties, only, but_not).values_list("person_id", flat=True)[:limit]
        found.update(dict.fromkeys(pks, ("", months)))
    return _told(found, on)[:limit]


def _by_months(usual: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """The kinds that share a rhythm, the shortest first."""
    found: dict[int, list[str]] = {}
    for kind, months in usual.items():
        if months:
            found.setdefault(months, []).append(kind)
    return sorted(found.items())


def _narrowed(rows: QuerySet[Any, Any], only: Collection[int] | None, but_not: Q | None) -> QuerySet[Any, Any]:
    rows = rows.filter(person__merged_into=None, person__erased_at=None, person__is_bucket=False)
    if only is not None:
        rows = rows.filter(person_id__in=only)
    if but_not is not None:
        rows = rows.filter(~but_not)
    return rows.order_by("person_id")


def _silent(cutoff: date, *, by_hand: bool) -> Q:
    """No contact after that day, and known for as long; people with a rhythm of their own are found by that."""
    ties = Tie.objects.filter(person_id=OuterRef("person_id"))
    heard = Q(last_in_on__gt=cutoff) | Q(last_out_on__gt=cutoff) | Q(rested_on__gt=cutoff)
    spoken = ties.filter(heard if by_hand else heard | Q(every_months__isnull=False))
    after = clock.start_of(cutoff + timedelta(days=1))
    told = TimelineEntry.objects.filter(
        person_id=OuterRef("person_id"), room__in=(*OUT_ROOMS, *IN_ROOMS), at__gte=after
    )
    log = Encounter.objects.filter(person_id=OuterRef("person_id"), happened_at__gte=after)
    known = ties.exclude(last_in_on=None, last_out_on=None, rested_on=None)
    return ~Q(Exists(spoken)) & ~Q(Exists(told)) & ~Q(Exists(log)) & (Q(person__added_at__lt=after) | Q(Exists(known)))


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
