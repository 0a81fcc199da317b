"""The friend whom a customer sent is never a stranger: who sent somebody, since when they come, and whom they sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from regulars.people.models import Person
from regulars.purchases.models import PersonTotals

REGULAR_FROM = 3
SHOWN = 12


@dataclass(frozen=True)
class Sent:
    """Somebody who was sent: when they came into the book, and when they first bought."""

    person: Person
    first_bought_on: date | None
    visits: int


def sent_by_words(people: Collection[Person]) -> dict[int, str]:
    """Say who sent each of these people: "Sent by Ann (a regular since 2023)." Two queries for all."""
    wanted = {person.referred_by_id for person in people if person.referred_by_id}
    senders = Person.objects.here().in_bulk(wanted) if wanted else {}
    totals = PersonTotals.objects.in_bulk(senders) if senders else {}
    words = {}
    for person in people:
        sender = senders.get(person.referred_by_id or 0)
        if sender is not None:
            words[person.pk] = _sentence(str(sender), totals.get(sender.pk))
        elif person.referred_by_text:
            words[person.pk] = _("Sent by %(name)s.") % {"name": person.referred_by_text}
    return words


def sent_people(person: Person) -> list[Sent]:
    """Whom this person sent, the newest first. Two queries."""
    friends = list(Person.objects.here().filter(referred_by=person).order_by("-added_at", "-pk")[:SHOWN])
    totals = PersonTotals.objects.in_bulk([friend.pk for friend in friends])
    return [
        Sent(
            friend,
            totals[friend.pk].first_bought_on if friend.pk in totals else None,
            totals[friend.pk].buying_days if friend.pk in totals else 0,
        )
        for friend in friends
    ]


def _sentence(name: str, totals: PersonTotals | None) -> str:
    if totals is None or totals.first_bought_on is None:
        return _("Sent by %(name)s.") % {"name": name}
    said = {"name": name, "year": totals.first_bought_on.year}
    if totals.buying_days >= REGULAR_FROM:
        return _("Sent by %(name)s (a regular since %(year)d).") % said
    return _("Sent by %(name)s (a customer since %(year)d).") % said
