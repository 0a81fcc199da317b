"""Which address a letter goes to."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.people.models import Email, Person


def addresses_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The address of each person: the primary one that works, as it was typed. One query."""
    rows = Email.objects.filter(person_id__in=set(person_ids), is_bad=False).exclude(normalised="")
    found: dict[int, str] = {}
    for person_id, address, normalised in rows.order_by("person_id", "-is_primary", "id").values_list(
        "person_id", "address", "normalised"
    ):
        if "@" in normalised:
            found.setdefault(person_id, address.strip())
    return found


def persons_of(person_ids: Iterable[int]) -> dict[int, Person]:
    """Names and languages for the envelope. One query."""
    rows = Person.objects.filter(pk__in=set(person_ids)).only("full_name", "given_name", "family_name", "language")
    return {person.pk: person for person in rows}
