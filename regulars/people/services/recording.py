"""Recording people, many at once; one is a batch of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from regulars.kit import bulletin, clock, database
from regulars.kit.changes import next_change_number
from regulars.people import bulk
from regulars.people.events import PeopleRecorded
from regulars.people.models import LeapDay, Person, SearchWord
from regulars.people.models.households import firm_word
from regulars.people.services.learning import learn
from regulars.people.services.matching import hold_the_book, known_keys, settle
from regulars.people.services.newcomers import TEXTS, Draft, NewPerson, RecordedPeople, drafts_of
from regulars.people.services.satellites import write_satellites
from regulars.people.services.together import organisations_named
from regulars.staff.models import User

UNKNOWN = ("", "", "", "", LeapDay.EVE.value, 1)
PERSON_COLUMNS = (
    "id", *TEXTS, "sort_name", "is_bucket", "source", "added_at", "added_by", "change_number",
    "organisation", "needs", "expectations", "say", "best_time", "feb29_rule", "version",
)  # fmt: skip


def record_people(
    people: Sequence[NewPerson], *, source: str, by: User | None = None, are_new: bool = False
) -> RecordedPeople:
    """Record people, each once, and return their ids in the order given.

    Somebody is known again by an external id of the same source, then by an e-mail address, then by a phone number
    with the same name; rows of one batch too. A filled field is never overwritten, blanks are filled, addresses and
    tags are added. Safe to repeat: a second time nothing is written. Announced once a batch. `are_new` looks for
    nobody: the owner has said that these are other people, who may share an address with somebody.
    """
    return record_prepared(drafts_of(people), source=source, by=by, are_new=are_new)


def record_prepared(
    drafts: Sequence[Draft], *, source: str, by: User | None = None, are_new: bool = False
) -> RecordedPeople:
    """`record_people` for people who are prepared already (`prepared`)."""
    if not drafts:
        return RecordedPeople()
    with transaction.atomic():
        hold_the_book()
        known = known_keys(drafts)
        of_row, new, before = settle(drafts, {} if are_new else known)
        if new:
            _insert(new, source=source, by=by)
            write_satellites(new, known, source=source, by=by)
        learned = learn(before, known, source=source, by=by)
        _announce(new, learned, source)
    news = set(learned)
    return RecordedPeople(
        [draft.person_id for draft in of_row],
        len(new),
        len(before),
        len(learned),
        [draft.person_id for draft in new],
        [
            draft.as_learned()
            for draft in before
            if draft.person_id in news and (draft.filled or draft.has_news or draft.joined)
        ],
    )


def _insert(new: list[Draft], *, source: str, by: User | None) -> None:
    """Write the persons and their words; the ids are reserved first, so that nothing has to be read back."""
    at, by_id, change_number = clock.now(), by.pk if by else None, next_change_number()
    firms = organisations_named(draft.organisation for draft in new if draft.organisation)
    rows: list[tuple[Any, ...]] = []
    words: list[tuple[int, str]] = []
    for draft, pk in zip(new, bulk.reserve_ids(Person, len(new)), strict=True):
        draft.person_id = pk
        texts = [draft.texts.get(name, "") for name in TEXTS]
        firm = firms.get(firm_word(draft.organisation)) if draft.organisation else None
        own = (*texts, draft.name_key, draft.is_bucket, source[:60], at, by_id, change_number, firm)
        rows.append((pk, *own, *UNKNOWN))
        words += [(pk, word) for word in draft.found_by()]
    bulk.insert(Person, PERSON_COLUMNS, rows)
    with database.keys_unchecked(len(rows)):  # of people made in the line before
        bulk.insert(SearchWord, ("person", "word"), words)


def _announce(new: list[Draft], learned: list[int], source: str) -> None:
    new_ids = tuple(draft.person_id for draft in new)
    if new_ids or learned:
        bulletin.post(PeopleRecorded(person_ids=(*new_ids, *learned), new_ids=new_ids, source=source))
