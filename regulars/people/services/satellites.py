"""The rows around people: how they are reached, what is known of them. Written for whole batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regulars.kit import clock, database
from regulars.people import bulk
from regulars.people.models import (
    Email,
    ExternalId,
    Note,
    Occasion,
    PersonKind,
    PersonTag,
    Phone,
    PostalAddress,
    Preference,
    Tag,
)
from regulars.people.services.consents import Evidence, forbidden_again, record_evidence
from regulars.people.services.matching import Key
from regulars.people.services.newcomers import Draft, name_of_place
from regulars.people.words import fold
from regulars.staff.models import User

PLACE = ("lines", "city", "postcode", "region", "country")


def write_satellites(new: Sequence[Draft], known: dict[Key, int], *, source: str, by: User | None) -> None:
    """Write everything around new people. `known` tells which keys already belong to somebody else, and learns."""
    with database.keys_unchecked(len(new)):  # they were made a moment ago
        write_reach(new, known)
        write_kinds(new)
    write_tags(new)
    write_notes(new, by)
    write_birthdays(new)
    write_tastes(new)
    record_evidence(evidence_of(new, source), by=by, are_new_people=True)


def write_reach(drafts: Sequence[Draft], known: dict[Key, int]) -> None:
    """Write addresses, numbers and external ids. A key that belongs to somebody else already stays theirs."""
    emails, phones, ids, places = [], [], [], []
    for draft in drafts:
        pk = draft.person_id
        for number, (address, as_typed) in enumerate(draft.emails.items()):
            is_key = "@" in address and known.setdefault(("email", address, ""), pk) == pk
            label = draft.labels.get(as_typed, "")[:40]
            emails.append(
                (pk, as_typed, address, label, is_key, number == 0 and not draft.has_email, "@" not in address)
            )
        for number, ((e164, _), as_typed) in enumerate(draft.phones.items()):
            is_key = bool(e164) and known.setdefault(("phone", e164, draft.name_key), pk) == pk
            is_first = number == 0 and not draft.has_phone
            label = draft.labels.get(as_typed, "")[:40]
            phones.append((pk, as_typed, e164, draft.name_key, label, is_key, is_first, not e164))
        ids += [(pk, *pair) for pair in draft.external_ids if known.setdefault(("id", *pair), pk) == pk]
        for number, place in enumerate(draft.places):
            label = draft.labels.get(name_of_place(place), "")[:40] if draft.labels else ""
            places.append((pk, *place, label, number == 0 and not draft.has_place, False))
    bulk.insert(Email, ("person", "address", "normalised", "label", "is_key", "is_primary", "is_bad"), emails)
    bulk.insert(Phone, ("person", "as_typed", "e164", "name_key", "label", "is_key", "is_primary", "is_bad"), phones)
    bulk.insert(ExternalId, ("person", "source", "external_id"), ids)
    bulk.insert(PostalAddress, ("person", *PLACE, "label", "is_primary", "is_bad"), places)


def write_kinds(drafts: Sequence[Draft]) -> None:
    bulk.insert(
        PersonKind, ("person", "kind"), [(d.person_id, kind) for d in drafts for kind in dict.fromkeys(d.kinds)]
    )


def write_birthdays(drafts: Sequence[Draft]) -> None:
    """A year still to come is a calendar's, not a birth's: the day stays and the year is not known."""
    this_year = clock.today().year
    days = []
    for draft in drafts:
        if born := draft.birthday:
            year = born.year if born.year and born.year <= this_year else None
            days.append((draft.person_id, "birthday", "", born.month, born.day, year, True))
        others = {(kind, label): day for kind, label, day in reversed(draft.occasions)}
        days += [(draft.person_id, *named, day.month, day.day, day.year, True) for named, day in others.items()]
    bulk.insert(Occasion, ("person", "kind", "label", "month", "day", "year", "is_celebrated"), days)


def write_tastes(drafts: Sequence[Draft]) -> None:
    rows = [(draft.person_id, taste, text) for draft in drafts for taste, text in draft.tastes]
    bulk.insert(Preference, ("person", "taste", "text"), rows, skip_known=True)


def write_notes(drafts: Sequence[Draft], by: User | None) -> None:
    at, by_id = clock.now(), by.pk if by else None
    bulk.insert(
        Note, ("person", "text", "at", "by"), [(d.person_id, text, at, by_id) for d in drafts for text in d.notes]
    )


def write_tags(drafts: Sequence[Draft]) -> None:
    names = dict.fromkeys(tag for draft in drafts for tag in draft.tags)
    if not names:
        return
    ids = tags_named(names)
    rows = {(draft.person_id, ids[word]) for draft in drafts for tag in draft.tags if (word := tag_word(tag))}
    bulk.insert(PersonTag, ("person", "tag"), sorted(rows), skip_known=True)


def tag_word(name: str) -> str:
    """Return what makes two spellings one tag."""
    return " ".join(fold(name).split())[:60]


def tags_named(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of tags by their word, making those that are missing as they are spelled first."""
    wanted: dict[str, str] = {}
    for name in names:
        if word := tag_word(name):
            wanted.setdefault(word, name.strip()[:60])
    found = dict(Tag.objects.filter(word__in=bulk.among_texts(wanted)).values_list("word", "pk"))
    missing = [(name, word) for word, name in wanted.items() if word not in found]
    if missing:
        bulk.insert(Tag, ("name", "word"), missing, skip_known=True)
        found = dict(Tag.objects.filter(word__in=bulk.among_texts(wanted)).values_list("word", "pk"))
    return found


def evidence_of(drafts: Sequence[Draft], source: str) -> list[Evidence]:
    """Return what was said about consent, and a "no" for every address whose owner was erased at their own wish."""
    said = [Evidence.of(draft.person_id, consent, source) for draft in drafts for consent in draft.consents]
    emails = [(draft.person_id, address) for draft in drafts for address in draft.emails if "@" in address]
    phones = [(draft.person_id, e164) for draft in drafts for e164, _ in draft.phones if e164]
    return said + forbidden_again(emails, phones)
