"""What tells who somebody is wherever it stands: their names, addresses and numbers, to look for them in free text."""

from __future__ import annotations

from collections.abc import Collection

from regulars.people.models import Email, ExternalId, Person, Phone

SHORTEST = 6


def traces_of(person_ids: Collection[int]) -> set[str]:
    """Return texts that belong to these people alone. Four queries.

    A first name alone, or a short number, stands for many: neither is looked for.
    """
    ids = list(person_ids)
    emails = Email.objects.filter(person_id__in=ids).values_list("address", "normalised")
    phones = Phone.objects.filter(person_id__in=ids).values_list("as_typed", "e164")
    numbers = ExternalId.objects.filter(person_id__in=ids).values_list("external_id", flat=True)
    names = Person.objects.filter(pk__in=ids).values_list("full_name", flat=True)
    found = {text for pair in (*emails, *phones) for text in pair}
    found |= {number for number in numbers if not number.isdigit() or len(number) > SHORTEST}
    found |= {name for name in names if " " in name.strip()}
    return {text for text in found if len(text) >= SHORTEST}
