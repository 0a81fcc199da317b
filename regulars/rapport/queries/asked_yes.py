"""Which yes to offers was asked for and waits for its mailbox."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from regulars.kit import clock
from regulars.people.models import ConsentNow, Person
from regulars.rapport.models import AskedYes


def waiting_for_their_mailbox() -> QuerySet[AskedYes]:
    """What is not confirmed yet and can still be, of people in the book who have said neither yes nor no since."""
    said = ConsentNow.objects.filter(
        person=OuterRef("person"), channel="email", purpose="marketing", counts_from__gte=OuterRef("asked_at")
    )
    return AskedYes.objects.filter(
        ~Exists(said), confirmed_at=None, until__gt=clock.now(), person__in=Person.objects.here()
    )


def asked_yes_of(person: Person) -> AskedYes | None:
    """The last of somebody's that waits. One query."""
    return waiting_for_their_mailbox().filter(person=person).order_by("-asked_at", "-pk").first()


def how_many_wait() -> int:
    """How many people asked for offers by e-mail and did not confirm it yet. One query."""
    return waiting_for_their_mailbox().values("person").distinct().count()
