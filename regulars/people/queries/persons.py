"""Small reads about single people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from regulars.kit.business import business
from regulars.people.addresses import e164, normalised_email
from regulars.people.models import Email, Person, Phone, Reminder
from regulars.people.words import sort_key


def has_people() -> bool:
    """Is anybody in the book? One query."""
    return Person.objects.here().exists()


def known_as(people: Iterable[Person]) -> dict[int, str]:
    """Return what to call these people: by name, else by an address or a number. Two queries where some have no name.

    Many shops export no names: then the address says who it is.
    """
    called = {person.pk: person.full_name for person in people}
    for model, field in ((Email, "address"), (Phone, "as_typed")):
        nameless = [pk for pk, name in called.items() if not name]
        if nameless:
            rows = model._default_manager.filter(person_id__in=nameless).order_by("is_primary", "-pk")
            found = dict(rows.values_list("person_id", field))  # the last one stays: the first of the primary ones
            called |= {pk: found.get(pk, "") for pk in nameless}
    return {pk: name or f"#{pk}" for pk, name in called.items()}


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


def sender_named(text: str, person: Person) -> Person | None:
    """Return the one person this name or address means; None for nobody, or for more than one. One query."""
    if not text.strip():
        return None
    address = normalised_email(text)
    same = Q(pk__in=Email.objects.filter(normalised=address).values("person_id")) if address else Q()
    people = Person.objects.here().filter(same or Q(sort_name=sort_key(text)), is_bucket=False).exclude(pk=person.pk)
    found = list(people[:2])
    return found[0] if len(found) == 1 else None


def in_order(ids: Sequence[int]) -> list[Person]:
    """Return these people in this order with what a line of the list shows. Four queries."""
    rows = Person.objects.filter(pk__in=ids).prefetch_related("emails", "phones", "tags__tag", "kinds")
    people = {person.pk: person for person in rows}
    return [people[pk] for pk in ids if pk in people]
