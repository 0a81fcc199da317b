"""What happened in people's lives, and what nobody has answered yet."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from regulars.people.models import Person
from regulars.rapport.models import LifeEvent

MOST_SHOWN = 40


def events_of(person: Person) -> list[LifeEvent]:
    """What happened in somebody's life, the latest first. One query."""
    rows = LifeEvent.objects.filter(person=person).order_by("-pk")[:MOST_SHOWN]
    return sorted(rows, key=lambda event: event.on or event.noted_at.date(), reverse=True)


def open_events(first: date, last: date) -> QuerySet[LifeEvent]:
    """Events that came up from `first` to `last` and wait for an answer, oldest first. One query, by index."""
    rows = LifeEvent.objects.filter(answered_at=None, show_on__gte=first, show_on__lte=last)
    return rows.filter(person__merged_into=None, person__erased_at=None).order_by("show_on", "pk")
