"""Many people of whom nobody is in the book yet: their rows made ready by one process and written by another.

What is in the rows is what `record_people` writes; the ids are reserved beforehand (`bulk.reserve_run`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from regulars.kit import bulletin, database, loads
from regulars.kit.changes import next_change_number
from regulars.people import bulk
from regulars.people.events import PeopleRecorded
from regulars.people.models import Email, ErasedAddress, ExternalId, Person, Phone
from regulars.people.models.households import firm_word
from regulars.people.services.consents import Evidence
from regulars.people.services.matching import hold_the_book
from regulars.people.services.newcomers import TEXTS, Draft, name_of_place
from regulars.people.services.recording import UNKNOWN
from regulars.people.services.satellites import (
    PLACE,
    write_birthdays,
    write_notes,
    write_tags,
    write_tastes,
)
from regulars.people.services.together import organisations_named
from regulars.staff.models import User

Pair = tuple[str, str]
UNKNOWN_COLUMNS = ("needs", "expectations", "say", "best_time", "feb29_rule", "version")


class FirstPeople(NamedTuple):
    """Rows of people, by what they are known again, and those of whom more is to be written (`more`)."""

    first_id: int
    last_id: int
    ids: tuple[Pair, ...]
    emails: tuple[str, ...]
    phones: tuple[Pair, ...]
    loads: tuple[loads.Load, ...]
    more: tuple[Draft, ...]


def first_people(
    numbered: Sequence[tuple[int, Draft]], *, source: str, at: datetime, by_id: int | None
) -> FirstPeople | None:
    """Make the rows of these people ready, each under its id; None where two of them may be one person."""
    drafts = [draft for _id, draft in numbered]
    keys = [key for draft in drafts for key in set(draft.keys())]
    if not drafts or len(set(keys)) < len(keys):
        return None
    for pk, draft in numbered:
        draft.person_id = pk
    moment = _moment(at)
    return FirstPeople(
        numbered[0][0],
        numbered[-1][0],
        tuple((key[1], key[2]) for key in keys if key[0] == "id"),
        tuple(key[1] for key in keys if key[0] == "email"),
        tuple((key[1], key[2]) for key in keys if key[0] == "phone"),
        (_persons(drafts, source, moment, by_id), *_reach(drafts), *_consents(drafts, source, at, by_id)),
        tuple(draft for draft in drafts if _has_more(draft)),
    )


def _moment(at: datetime | None) -> str | None:
    return str(at.astimezone(UTC).replace(tzinfo=None)) if at else None


def _has_more(draft: Draft) -> bool:
    return bool(draft.tags or draft.notes or draft.birthday or draft.occasions or draft.tastes or draft.organisation)


def _persons(drafts: Sequence[Draft], source: str, moment: str | None, by_id: int | None) -> loads.Load:
    rows = [
        (draft.person_id, *[draft.texts.get(name, "") for name in TEXTS], draft.name_key, draft.is_bucket)
        for draft in drafts
    ]
    unknown: dict[str, Any] = dict(zip(UNKNOWN_COLUMNS, UNKNOWN, strict=True))
    return loads.made_ready(
        "people_person",
        ("id", *TEXTS, "sort_name", "is_bucket"),
        rows,
        source=source[:60],
        added_at=moment,
        added_by_id=by_id,
        change_number=loads.LATER,
        **unknown,
    )


def _reach(drafts: Sequence[Draft]) -> list[loads.Load]:
    """How they are reached, what they are to us and the words they are found by; all their keys are their own."""
    emails, phones, ids, places, kinds, words = [], [], [], [], [], []
    for draft in drafts:
        pk, labels = draft.person_id, draft.labels
        words += [(pk, word) for word in draft.found_by()]
        kinds += [(pk, kind) for kind in dict.fromkeys(draft.kinds)]
        ids += [(pk, *pair) for pair in dict.fromkeys(draft.external_ids)]
        for number, (address, typed) in enumerate(draft.emails.items()):
            is_key = "@" in address
            emails.append((pk, typed, address, labels.get(typed, "")[:40], is_key, number == 0, not is_key))
        for number, ((e164, _), typed) in enumerate(draft.phones.items()):
            label = labels.get(typed, "")[:40]
            phones.append((pk, typed, e164, draft.name_key, label, bool(e164), number == 0, not e164))
        for number, place in enumerate(draft.places):
            label = labels.get(name_of_place(place), "")[:40] if labels else ""
            places.append((pk, *place, label, number == 0))
    reached = ("label", "is_key", "is_primary", "is_bad")
    return [
        loads.made_ready("people_searchword", ("person_id", "word"), words),
        loads.made_ready("people_email", ("person_id", "address", "normalised", *reached), emails),
        loads.made_ready("people_phone", ("person_id", "as_typed", "e164", "name_key", *reached), phones),
        loads.made_ready("people_externalid", ("person_id", "source", "external_id"), ids),
        loads.made_ready("people_postaladdress", ("person_id", *PLACE, "label", "is_primary"), places, is_bad=False),
        loads.made_ready("people_personkind", ("person_id", "kind"), kinds),
    ]


def _consents(drafts: Sequence[Draft], source: str, at: datetime, by_id: int | None) -> list[loads.Load]:
    """The evidence, and the state it adds up to: the latest counts, at a tie the "no"."""
    said, now = [], []
    recorded_at = _moment(at)
    for draft in drafts:
        if not draft.consents:
            continue
        evidence = list(dict.fromkeys(Evidence.of(draft.person_id, one, source) for one in draft.consents))
        said += [
            (e.person_id, e.channel, e.purpose, e.is_given, e.basis, e.source, e.wording, _moment(e.said_at),
             str(e.expires_on) if e.expires_on else None, _moment(e.counts_from(at)))
            for e in evidence
        ]  # fmt: skip
        latest = {
            (e.channel, e.purpose): e for e in sorted(evidence, key=lambda e: (e.counts_from(at), not e.is_given))
        }
        now += [
            (e.person_id, e.channel, e.purpose, e.is_given, e.basis, _moment(e.counts_from(at)), _moment(e.said_at),
             str(e.expires_on) if e.expires_on else None)
            for e in latest.values()
        ]  # fmt: skip
    what = ("person_id", "channel", "purpose", "is_given", "basis")
    return [
        loads.made_ready(
            "people_consent",
            (*what, "source", "wording", "said_at", "expires_on", "counts_from"),
            said,
            recorded_at=recorded_at,
            recorded_by_id=by_id,
        ),
        loads.made_ready("people_consentnow", (*what, "counts_from", "said_at", "expires_on"), now),
    ]


def are_news(people: Sequence[FirstPeople]) -> bool:
    """Say whether none of these people is in the book, or may be told of twice among themselves. At most four queries.

    Call it inside the transaction that writes them, which then lets nobody else record people before it ends.
    """
    hold_the_book()
    for name in ("ids", "emails", "phones"):
        keys = [key for one in people for key in getattr(one, name)]
        if len(set(keys)) < len(keys):
            return False
    ids = [number for one in people for _source, number in one.ids]
    emails = [address for one in people for address in one.emails]
    phones = [number for one in people for number, _name in one.phones]
    known = (
        (ids and ExternalId.objects.filter(external_id__in=bulk.among_texts(ids)).exists())
        or (emails and Email.objects.filter(is_key=True, normalised__in=bulk.among_texts(emails)).exists())
        or (phones and Phone.objects.filter(is_key=True, e164__in=bulk.among_texts(phones)).exists())
    )
    return not known and not ErasedAddress.objects.exists()


def write_first_people(people: Sequence[FirstPeople], *, source: str, by: User | None) -> int:
    """Write people of whom `are_news` said that nobody knows them, in the same transaction; returns how many."""
    number = next_change_number()
    with database.keys_unchecked(sum(one.last_id - one.first_id + 1 for one in people)):  # all within this transaction
        loads.write((load for one in people for load in one.loads), number)
    more = [draft for one in people for draft in one.more]
    _join_firms(more)
    write_tags(more)
    write_notes(more, by)
    write_birthdays(more)
    write_tastes(more)
    ids = tuple(pk for one in people for pk in range(one.first_id, one.last_id + 1))
    bulletin.post(PeopleRecorded(person_ids=ids, new_ids=ids, source=source))
    return len(ids)


def _join_firms(drafts: Iterable[Draft]) -> None:
    named = [draft for draft in drafts if draft.organisation]
    if not named:
        return
    firms = organisations_named(draft.organisation for draft in named)
    rows = [(firms.get(firm_word(draft.organisation)), draft.person_id) for draft in named]
    bulk.update(Person, ("organisation",), [row for row in rows if row[0]])
