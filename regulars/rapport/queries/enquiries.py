"""Enquiries as they are read: who waits, since when, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from regulars.kit import clock
from regulars.people.models import Person
from regulars.rapport.models import AskingPage, Enquiry, State

COUNTED = 1000
USUAL_HOURS = 4


def waiting_enquiries(on: date, only: Collection[int] | None = None) -> QuerySet[Enquiry]:
    """Enquiries that wait for an answer longer than the shop lets them, and parked ones whose day has come.

    Oldest first, by the index of what waits. Lazy: slice it. One small query beside it for the hours.
    """
    return waiting_since(late_before(on), on, only)


def late_before(on: date) -> datetime:
    """What has waited since before then waits too long, to the minute. One query."""
    return moment_of(on).replace(second=0, microsecond=0) - timedelta(hours=answer_within_hours())


def waiting_since(before: datetime, on: date, only: Collection[int] | None = None) -> QuerySet[Enquiry]:
    """The same for a moment that is known."""
    rows = Enquiry.objects.filter(Q(parked_until=None) | Q(parked_until__lte=on), waits_from__lte=before)
    rows = rows.filter(person__merged_into=None, person__erased_at=None)
    return (rows if only is None else rows.filter(pk__in=only)).order_by("waits_from", "pk")


def answer_within_hours() -> int:
    """After how many hours a question stands on Today. One query."""
    hours = AskingPage.objects.filter(pk=1).values_list("answer_within_hours", flat=True).first()
    return USUAL_HOURS if hours is None else hours


def moment_of(on: date) -> datetime:
    """Now, for today; the end of a day to come; the beginning of one that is past."""
    today = clock.today()
    if on == today:
        return clock.now()
    return datetime.combine(on, time.max if on > today else time.min, clock.zone())


def enquiries_in(state: str, start: int = 0, limit: int = 31) -> list[Enquiry]:
    """Enquiries in one state with their people: those that wait the oldest first, the others the newest. One query."""
    rows = Enquiry.objects.filter(state=state).select_related("person", "taken_by", "next_step")
    order = ("waits_from", "pk") if state == State.OPEN else ("-state_at", "-pk")
    if state == State.PARKED:
        order = ("parked_until", "pk")
    return list(rows.order_by(*order)[start : start + limit])


def to_compare(limit: int = 6) -> list[Enquiry]:
    """Bought, said what they hoped for, and nobody has compared the two: of the last half year, newest first."""
    since = clock.now() - timedelta(days=180)
    rows = Enquiry.objects.filter(state=State.WON, state_at__gte=since, is_as_hoped="").exclude(expects="")
    return list(rows.select_related("person").order_by("-state_at", "-pk")[:limit])


def enquiries_of(person: Person, limit: int = 6) -> list[Enquiry]:
    """What one person asked, what still waits first. One query."""
    rank = Case(When(state=State.OPEN, then=Value(0)), When(state__in=("answered", "parked"), then=Value(1)), default=2)
    rows = Enquiry.objects.filter(person=person).select_related("next_step")
    return list(rows.annotate(rank=rank).order_by("rank", "-asked_at", "-pk")[:limit])


@dataclass(frozen=True)
class Waiting:
    """How many wait for an answer (a thousand at most is counted), and since when."""

    count: int
    since: datetime | None


def waiting_now() -> Waiting:
    """Two queries, bounded."""
    rows = Enquiry.objects.filter(state=State.OPEN, waits_from__isnull=False).order_by("waits_from", "pk")
    return Waiting(rows[:COUNTED].count(), rows.values_list("asked_at", flat=True).first())


def hopes_kept(days: int = 365) -> dict[str, int]:
    """How often it was as they hoped, over a year. One query."""
    rows = Enquiry.objects.filter(state=State.WON, state_at__gte=clock.now() - timedelta(days=days))
    found = rows.exclude(is_as_hoped="").values("is_as_hoped").annotate(n=Count("pk")).order_by(F("n").desc())
    return {row["is_as_hoped"]: row["n"] for row in found}
