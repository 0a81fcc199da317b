"""Which yes to offers was asked for and waits for its mailbox or telephone."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull

from regulars.kit import clock
from regulars.people.models import ConsentNow, Person
from regulars.rapport.models import AskedYes


def unconfirmed() -> QuerySet[AskedYes]:
    """What is not confirmed yet and can still be, whatever they have said since by another way."""
    return AskedYes.objects.filter(confirmed_at=None, until__gt=clock.now())


def waiting_for_a_yes() -> QuerySet[AskedYes]:
    """What is not confirmed yet and can still be, of people in the book who have said neither yes nor no since."""
    said = ConsentNow.objects.filter(
        person=OuterRef("person"),
        channel=OuterRef("channel"),
        purpose="marketing",
        counts_from__gte=OuterRef("asked_at"),
    )
    here = Person.objects.here().filter(pk=OuterRef("person"))
    return unconfirmed().filter(IsNull(_looked_up(said), True), IsNull(_looked_up(here), False))


def _looked_up(rows: QuerySet[Any]) -> Subquery:
    """One row for each ask, by its index. PostgreSQL makes a join of an `Exists`, and reads a million people for it."""
    return Subquery(rows.values("pk")[:1])


def asked_yes_of(person: Person) -> list[AskedYes]:
    """What waits of somebody's, the last first; few. One query."""
    return list(waiting_for_a_yes().filter(person=person).order_by("-asked_at", "-pk")[:5])


def how_many_wait() -> dict[str, int]:
    """How many people asked for offers and did not confirm it yet, by the way they are to come. One query."""
    counted = waiting_for_a_yes().order_by().values("channel").annotate(n=Count("person", distinct=True))
    return dict(counted.values_list("channel", "n"))
