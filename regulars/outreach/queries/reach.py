"""Which address a letter goes to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

from regulars.people.bulk import among
from regulars.people.models import Email, Person, Phone

TEXTED = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        phonenumbers.PhoneNumberType.UNKNOWN,
    }
)


def addresses_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The address of each person: the primary one that works, as it was typed. One query."""
    rows = Email.objects.filter(person_id__in=among(set(person_ids)), is_bad=False).exclude(normalised="")
    found: dict[int, str] = {}
    for person_id, address, normalised in rows.order_by("person_id", "-is_primary", "id").values_list(
        "person_id", "address", "normalised"
    ):
        if "@" in normalised:
            found.setdefault(person_id, address.strip())
    return found


def mobiles_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The number each person is texted at: the first that works and takes text messages. One query."""
    rows = Phone.objects.filter(person_id__in=among(set(person_ids)), is_bad=False).exclude(e164="")
    found: dict[int, str] = {}
    for person_id, number, label in rows.order_by("person_id", "-is_primary", "id").values_list(
        "person_id", "e164", "label"
    ):
        if person_id not in found and takes_texts(number, label):
            found[person_id] = number
    return found


@lru_cache(maxsize=20_000)
def takes_texts(number: str, label: str = "") -> bool:
    """May a text message reach this number? One that its owner calls a mobile does; a fax or a landline does not.

    In many countries nobody can tell from the digits: there it is tried.
    """
    if label in {"fax", "pager"}:
        return False
    if label in {"mobile", "cell"}:
        return True
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind in TEXTED


def persons_of(person_ids: Iterable[int]) -> dict[int, Person]:
    """Names and languages for the envelope. One query."""
    rows = Person.objects.filter(pk__in=among(set(person_ids))).only(
        "full_name", "given_name", "family_name", "language"
    )
    return {person.pk: person for person in rows}
