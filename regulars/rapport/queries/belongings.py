"""What people own, and what of it wants looking after."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from regulars.people.models import Person
from regulars.rapport.models import Belonging

MOST_SHOWN = 60


def things_of(person: Person) -> list[Belonging]:
    """What somebody owns or owned, what is still theirs first. One query."""
    rows = Belonging.objects.filter(person=person).order_by("-pk")[:MOST_SHOWN]
    return sorted(rows, key=lambda thing: thing.gone_on is not None)


def services_due(first: date, last: date) -> QuerySet[Belonging]:
    """Things whose service is due from `first` to `last`, soonest first. One query, by index, to be narrowed."""
    rows = Belonging.objects.filter(gone_on=None, service_due_on__gte=first, service_due_on__lte=last)
    return rows.filter(person__merged_into=None, person__erased_at=None).order_by("service_due_on", "pk")


def warranties_ending(first: date, last: date) -> QuerySet[Belonging]:
    """Things whose warranty ends from `first` to `last`, soonest first. One query, by index, to be narrowed."""
    rows = Belonging.objects.filter(gone_on=None, warranty_until__gte=first, warranty_until__lte=last)
    return rows.filter(person__merged_into=None, person__erased_at=None).order_by("warranty_until", "pk")
