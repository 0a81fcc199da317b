"""Keeping the words people are found by, and the keys they are known by, in step with what is written about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from regulars.people import bulk
from regulars.people.models import Email, Person, PersonTag, Phone, SearchWord
from regulars.people.words import all_words


def rewrite_words(person_ids: Iterable[int]) -> None:
    """Write the search words of these people anew from what stands in the book. Six queries."""
    ids = list(person_ids)
    if not ids:
        return
    names = Person.objects.here().filter(pk__in=bulk.among(ids))
    wanted: dict[int, tuple[list[str], list[str], list[str], list[str]]] = {
        pk: (texts, [], [], []) for pk, *texts in names.values_list("pk", "full_name", "given_name", "family_name")
    }
    for model, column, place in ((Email, "normalised", 1), (PersonTag, "tag__name", 3)):
        for pk, text in model.objects.filter(person__in=bulk.among(ids)).values_list("person_id", column):
            if pk in wanted:
                wanted[pk][place].append(text)
    for pk, e164, as_typed in Phone.objects.filter(person__in=bulk.among(ids)).values_list(
        "person_id", "e164", "as_typed"
    ):
        if pk in wanted:
            wanted[pk][2].append(e164 or as_typed)
    SearchWord.objects.filter(person__in=bulk.among(ids)).delete()
    rows = [(pk, word) for pk, texts in wanted.items() for word in all_words(*texts)]
    bulk.insert(SearchWord, ("person", "word"), rows)


def rename_phone_keys(person_ids: Iterable[int]) -> None:
    """Let phone numbers follow a new name; where number and name already stand for somebody else, they stay the key."""
    taken: dict[tuple[str, str], int] = {}
    ids = list(person_ids)
    rows = list(Phone.objects.filter(person__in=bulk.among(ids)).select_related("person").order_by("pk"))
    numbers = {row.e164 for row in rows if row.e164}
    others = Phone.objects.filter(Q(is_key=True), e164__in=bulk.among_texts(numbers)).exclude(
        person__in=bulk.among(ids)
    )
    for e164, name, pk in others.values_list("e164", "name_key", "person_id"):
        taken[e164, name] = pk
    Phone.objects.filter(person__in=bulk.among(ids)).update(is_key=False)
    for row in rows:
        row.name_key = row.person.sort_name
        row.is_key = bool(row.e164) and taken.setdefault((row.e164, row.name_key), row.person_id) == row.person_id
    Phone.objects.bulk_update(rows, ["name_key", "is_key"], batch_size=500)


def settle_email_keys(normalised: Iterable[str]) -> None:
    """Make the oldest row of each address its key where nobody is: after a key was removed or moved."""
    addresses = list(normalised)
    held = defaultdict(list)
    rows = Email.objects.filter(normalised__in=bulk.among_texts(addresses), person__merged_into__isnull=True).order_by(
        "pk"
    )
    for pk, address, is_key in rows.values_list("pk", "normalised", "is_key"):
        held[address].append((pk, is_key))
    heirs = [rows[0][0] for address, rows in held.items() if "@" in address and not any(is_key for _, is_key in rows)]
    Email.objects.filter(pk__in=heirs).update(is_key=True)
