"""Who is here already: external id first, then e-mail address, then phone number with the same name."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kit import database
from regulars.people.bulk import among_texts
from regulars.people.models import Email, ExternalId, Phone
from regulars.people.services.newcomers import Draft, NewPerson, drafts_of

Key = tuple[str, str, str]
RECORDING_LOCK = 0x5265_6775  # "Regu"


def hold_the_book() -> None:
    """Let one recording look and write at a time (PostgreSQL); on SQLite the writer's transaction does that already.

    Without it two imports could each find nobody and meet at the unique keys, in an order that locks both.
    """
    if database.is_postgres():
        with database.connection().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORDING_LOCK])


def known_keys(drafts: Sequence[Draft]) -> dict[Key, int]:
    """Return the people behind the keys of these drafts. At most three queries."""
    ids = {number for draft in drafts for _, number in draft.external_ids}
    emails = {address for draft in drafts for address in draft.emails if "@" in address}
    phones = {number for draft in drafts for number, _ in draft.phones if number}
    found: dict[Key, int] = {}
    if ids:
        rows = ExternalId.objects.filter(external_id__in=among_texts(ids)).values_list(
            "source", "external_id", "person_id"
        )
        found |= {("id", source, number): person_id for source, number, person_id in rows}
    if emails:
        known = Email.objects.filter(is_key=True, normalised__in=among_texts(emails)).values_list(
            "normalised", "person_id"
        )
        found |= {("email", address, ""): person_id for address, person_id in known}
    if phones:
        numbers = Phone.objects.filter(is_key=True, e164__in=among_texts(phones))
        found |= {("phone", e164, name): pk for e164, name, pk in numbers.values_list("e164", "name_key", "person_id")}
    return found


def known_as(new: NewPerson) -> int | None:
    """Return whom `record_people` would take this one for, or None for somebody new. At most three queries."""
    draft = drafts_of([new])[0]
    known, keys = known_keys([draft]), draft.keys()
    return next((known[key] for key in keys if key in known), None)


def settle(drafts: Sequence[Draft], known: dict[Key, int]) -> tuple[list[Draft], list[Draft], list[Draft]]:
    """Give every row its draft: returns (the draft of each row, new drafts, drafts of people known before).

    Rows about one person fall together, also when that person is only in this batch. `known` learns the new keys.
    """
    of_row: list[Draft] = []
    new: list[Draft] = []
    before: dict[int, Draft] = {}
    fresh: dict[Key, Draft] = {}
    for draft in drafts:
        keys = draft.keys()
        target = next((fresh[key] if key in fresh else _before(before, known[key], draft) for key in keys
                       if key in fresh or key in known), None)  # fmt: skip
        if target is None:
            new.append(draft)
            target = draft
        elif target is not draft:
            target.add(draft)
        for key in keys:
            if key not in known:
                fresh.setdefault(key, target)
        of_row.append(target)
    return of_row, new, list(before.values())


def _before(before: dict[int, Draft], person_id: int, draft: Draft) -> Draft:
    if person_id not in before:
        draft.person_id = person_id
        before[person_id] = draft
    return before[person_id]
