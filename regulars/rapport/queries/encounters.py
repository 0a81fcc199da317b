"""The log as it is read: what waits for an answer, what is not put right, and when we last spoke."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet

from regulars.people.bulk import among
from regulars.people.models import Person
from regulars.rapport.models import Direction, Encounter, EncounterKind


def unanswered(on: date, only: Collection[int] | None = None) -> QuerySet[Encounter]:
    """Entries that want an answer by that day, complaints or not, the longest due first. Lazy: slice it. One query."""
    rows = Encounter.objects.filter(answer_by__isnull=False, answer_by__lte=on, answered_at=None)
    rows = rows.filter(person__merged_into=None, person__erased_at=None).select_related("person")
    return (rows if only is None else rows.filter(pk__in=only)).order_by("answer_by", "pk")


def logged(start: int = 0, limit: int = 31, *, kind: str = "", is_waiting: bool = False) -> list[Encounter]:
    """The log, newest first; or what waits for an answer, the longest due first. One query."""
    rows = Encounter.objects.select_related("person", "recorded_by")
    if is_waiting:
        rows = rows.filter(answer_by__isnull=False, answered_at=None).order_by("answer_by", "pk")
    else:
        rows = rows.order_by("-happened_at", "-pk")
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows[start : start + limit])


def open_complaints(limit: int = 11) -> list[Encounter]:
    """Complaints not put right yet, oldest first. One query."""
    rows = Encounter.objects.filter(kind=EncounterKind.COMPLAINT, resolved_at=None)
    return list(rows.select_related("person").order_by("happened_at")[:limit])


def encounters_of(person: Person, limit: int = 5) -> list[Encounter]:
    """What waits with one person: unanswered entries and complaints not put right. One query."""
    rows = Encounter.objects.filter(person=person, answer_by__isnull=False, answered_at=None)
    rows |= Encounter.objects.filter(person=person, kind=EncounterKind.COMPLAINT, resolved_at=None)
    return list(rows.order_by("happened_at")[:limit])


@dataclass(frozen=True)
class LastContact:
    """When they last came to us and when we last went to them, as far as the log knows."""

    from_them: datetime | None = None
    from_us: datetime | None = None


def last_contacts(person_ids: Collection[int]) -> dict[int, LastContact]:
    """The last contact both ways of these people, from the log. One query over their own entries."""
    found: dict[int, dict[str, datetime]] = {pk: {} for pk in person_ids}
    rows = Encounter.objects.filter(person_id__in=among(found)).values("person_id", "direction")
    for row in rows.annotate(last=Max("happened_at")).order_by():
        found[row["person_id"]][row["direction"]] = row["last"]
    return {pk: LastContact(ways.get(Direction.IN), ways.get(Direction.OUT)) for pk, ways in found.items()}
