"""Erasing who somebody was, in every room, and again when an older backup brings them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock, sweeping
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash
from regulars.people import erasures, records
from regulars.people.events import PersonErased
from regulars.people.models import (
    BulkAct,
    BulkActRow,
    Consent,
    ConsentNow,
    ErasedAddress,
    Erasure,
    Merge,
    Occasion,
    Pair,
    Person,
    Removal,
    SearchWord,
    Tag,
    TimelineEntry,
)
from regulars.people.queries.traces import traces_of
from regulars.people.services.finding import settle_email_keys
from regulars.people.services.leaving import TEXTS
from regulars.people.services.merging import unmerge
from regulars.people.services.together import tidy_away
from regulars.staff.forgetting import LogSweep
from regulars.staff.models import User
from regulars.staff.services import note_audit


@dataclass
class Preview:
    """What an erasure of somebody would take away, in counts, and under how many entries they stand."""

    entries: int
    goes: dict[str, int] = field(default_factory=dict)


def preview_erasure(person: Person) -> Preview:
    """Count what goes, from what every room would hand out. Changes nothing."""
    ids = with_everybody_merged(person.pk)
    goes: dict[str, int] = {}
    for person_id in ids:
        for room in records.rooms():
            for name, said in room.export(person_id).items():
                if isinstance(said, list) and said:
                    goes[name] = goes.get(name, 0) + len(said)
    return Preview(len(ids), goes)


def erase_person(person: Person, by: User | None = None) -> None:
    """Erase who somebody was, in every room; sums stay, and a keyed hash of each address, so that they stay left alone.

    Records merged into this person go too, and with them the possibility to part them. What is slow to find is looked
    for before anything is written.
    """
    if person.is_bucket:
        raise Refusal(_("The cash customer is nobody in particular and cannot be erased."))
    texts = traces_of(with_everybody_merged(person.pk))
    kit, log = sweeping.Sweep(texts), LogSweep(texts)
    acts = sweeping.holding(BulkAct.objects.all(), ("facts", "asked"), texts)
    with transaction.atomic():
        if not Person.objects.here().select_for_update().filter(pk=person.pk).exists():
            raise Refusal(_("This person is no longer in the book: merged with somebody, or erased."))
        ids = with_everybody_merged(person.pk)
        _remember(ids)
        for person_id in ids:
            for room in reversed(records.rooms()):
                room.erase(person_id)
            bulletin.post(PersonErased(person_id))
        BulkAct.objects.filter(pk__in=acts).update(asked={})
        BulkAct.objects.filter(pk__in=acts, rows=None).delete()
        kit.clear()
        log.clear(ids)
        note_audit(by, "erase", room="people", kind="person", object_id=person.pk, person_id=person.pk)
        sweeping.forget_files()
        transaction.on_commit(erasures.write_down)


def with_everybody_merged(person_id: int) -> list[int]:
    """Return this person's number and those of all entries that were merged into theirs."""
    found = [person_id]
    for one in found:
        found += Person.objects.filter(merged_into=one).values_list("pk", flat=True)
    return found


def erase_own(person_id: int) -> None:
    """Erase what this room holds; the row stays as a tombstone without a name."""
    person = Person.objects.get(pk=person_id)
    addresses = list(person.emails.values_list("normalised", flat=True))
    tags = list(person.tags.values_list("tag_id", flat=True))
    _remember_addresses(_hashes_of(person))
    for rows in (person.emails, person.phones, person.addresses, person.external_ids, person.kinds, person.tags):
        rows.all().delete()
    for more in (person.notes, person.preferences, person.silences, person.reminders):
        more.all().delete()
    for model in (Occasion, Consent, ConsentNow, TimelineEntry, SearchWord):
        model.objects.filter(person=person).delete()
    Merge.objects.filter(Q(keep=person) | Q(other=person)).delete()
    Pair.objects.filter(Q(low=person) | Q(high=person)).delete()
    BulkActRow.objects.filter(person=person).delete()
    Removal.objects.filter(person=person).delete()
    Person.objects.filter(referred_by=person).update(referred_by_text="", change_number=next_change_number())
    Person.objects.filter(pk=person_id).update(
        **dict.fromkeys((*TEXTS, "sort_name", "source"), ""),
        referred_by=None,
        quiet_until=None,
        household=None,
        organisation=None,
        erased_at=clock.now(),
        version=F("version") + 1,
        change_number=next_change_number(),
    )
    Tag.objects.filter(pk__in=tags).exclude(pk__in=_worn(tags)).delete()
    tidy_away(person.household_id, person.organisation_id)
    settle_email_keys(addresses)


def _worn(tag_ids: Collection[int]) -> set[int]:
    from regulars.people.models import PersonTag

    return set(PersonTag.objects.filter(tag_id__in=list(tag_ids)).values_list("tag_id", flat=True))


# What is remembered of an erasure


def _hashes_of(person: Person) -> list[tuple[str, str]]:
    kept = [("email", row.normalised) for row in person.emails.all() if "@" in row.normalised]
    kept += [("phone", row.e164) for row in person.phones.all() if row.e164]
    return [(kind, keyed_hash(text, "erased")) for kind, text in kept]


def _remember_addresses(hashes: Iterable[tuple[str, str]]) -> None:
    at = clock.now()
    rows = [ErasedAddress(keyed_hash=hashed, channel=kind, erased_at=at) for kind, hashed in hashes]
    ErasedAddress.objects.bulk_create(rows, ignore_conflicts=True)


def mark_of(person: Person) -> str:
    """Return what finds this person in a backup of this house: their number alone may be given again after one."""
    return keyed_hash(f"{person.pk} {person.added_at.isoformat()}", "erasure")


def _remember(person_ids: Collection[int]) -> None:
    at = clock.now()
    rows = [
        Erasure(person_id=person.pk, mark=mark_of(person), hashes=_hashes_of(person), erased_at=at)
        for person in Person.objects.filter(pk__in=person_ids)
    ]
    Erasure.objects.bulk_create(rows, ignore_conflicts=True)


def erase_again(told: Collection[dict[str, Any]]) -> int:
    """Erase everybody of whom these erasures tell and who is in the book; returns how many were. Safe to repeat.

    Somebody who was merged into another when the backup was made, and parted and erased later, is parted first.
    """
    count = 0
    ids = {one["person_id"] for one in told}
    for one in told:
        person = Person.objects.filter(pk=one["person_id"], erased_at=None).first()
        if person is not None and person.merged_into_id not in ids and mark_of(person) == one["mark"]:
            _part(person)
            person.refresh_from_db()
            if person.is_here:
                erase_person(person)
                count += 1
        with transaction.atomic():
            _remember_addresses([(kind, hashed) for kind, hashed in one["hashes"]])
            Erasure.objects.get_or_create(
                mark=one["mark"],
                defaults={
                    "person_id": one["person_id"],
                    "hashes": one["hashes"],
                    "erased_at": one["erased_at"],
                },
            )
    return count


def _part(person: Person) -> None:
    """Take somebody out of the entry they were merged into."""
    if person.merged_into_id is None:
        return
    made = Merge.objects.filter(other=person, undone_at=None).first()
    if made is not None and Person.objects.here().filter(pk=made.keep_id).exists():
        unmerge(made.pk)
