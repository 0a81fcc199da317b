"""Small reads about single people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from regulars.kit.business import business
from regulars.people.addresses import e164, normalised_email
from regulars.people.models import Email, Person, Phone, Reminder
from regulars.people.words import sort_key


def reminders_due(on: date) -> QuerySet[Reminder]:
    """Return what is to be done by that day and is not done, the longest due first. One query with the people."""
    rows = Reminder.objects.filter(done_at=None, show_on__lte=on, person__merged_into=None, person__erased_at=None)
    return rows.select_related("person").order_by("due_on", "pk")


def likely_same(name: str, emails: Sequence[str] = (), phones: Sequence[str] = ()) -> list[Person]:
    """Return up to five people who may be this one: the same address, the same number, or the same name. One query."""
    region = business().country
    addresses = [found for address in emails if (found := normalised_email(address))]
    numbers = [found for number in phones if (found := e164(number, region))]
    same = Q(pk__in=Email.objects.filter(normalised__in=addresses).values("person_id")) if addresses else Q(pk=None)
    if numbers:
        same |= Q(pk__in=Phone.objects.filter(e164__in=numbers).values("person_id"))
    if key := sort_key(name):
        same |= Q(sort_name=key)
    people = Person.objects.here().filter(same, is_bucket=False)
    return list(people.prefetch_related("emails", "phones").order_by("pk")[:5])
