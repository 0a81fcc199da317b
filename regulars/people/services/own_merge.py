"""How this room merges two of its own people and parts them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from regulars.people.models import (
    Consent,
    ExternalId,
    Note,
    Pair,
    Person,
    PersonKind,
    PersonTag,
    PostalAddress,
    Preference,
    Reminder,
    Silence,
    TimelineEntry,
)
from regulars.people.moving import change_row, made_row, move_rows, put_back, remove_row
from regulars.people.records import Moved, MovedRows
from regulars.people.services.consents import settle_consent
from regulars.people.services.finding import rewrite_words
from regulars.people.services.newcomers import LENGTHS, TEXTS
from regulars.people.words import sort_key

FILLED = (*TEXTS, "needs", "expectations", "say", "best_time", "household_id", "organisation_id")
NAMES = ("full_name", "given_name", "family_name", "salutation")
WHOLE = (ExternalId, Consent, Note, Silence, Reminder)
ONCE: dict[Any, tuple[str, ...]] = {
    PersonKind: ("kind",),
    PersonTag: ("tag_id",),
    Preference: ("taste", "text"),
    TimelineEntry: ("room", "kind", "object_id"),
}


def merge_people(keep_id: int, other_id: int) -> MovedRows:
    """Move what this room holds; blanks of the one kept are filled, nothing of theirs is overwritten."""
    keep, other = Person.objects.get(pk=keep_id), Person.objects.get(pk=other_id)
    moved: list[Moved] = [*_fill(keep, other), *_merge_emails(keep, other), *_merge_phones(keep, other)]
    moved += _merge_days(keep, other)
    for model in WHOLE:
        moved += move_rows(model.objects.filter(person=other), keep_id)
    for model, columns in ONCE.items():
        moved += move_rows(model.objects.filter(person=other), keep_id, unless_same=columns)
    moved += _move_places(keep, other)
    moved += move_rows(Person.objects.filter(referred_by=other).exclude(pk=keep_id), keep_id, column="referred_by")
    moved += _merge_pairs(keep_id, other_id)
    settle_consent([keep_id, other_id])
    rewrite_words([keep_id])
    rewrite_words([other_id])
    return tuple(moved)


def unmerge_people(moved: MovedRows) -> None:
    """Put the rows back and derive consent and words of both anew."""
    put_back(moved)
    people = {int(one.row_id) for one in moved if one.table == Person._meta.label}
    people |= {one.after["person_id"] for one in moved if "person_id" in one.after}
    people |= {one.before["person_id"] for one in moved if "person_id" in one.before}
    settle_consent(people)
    rewrite_words(people)


def choose_names(keep_id: int, chosen: Mapping[str, str]) -> MovedRows:
    """Write the names chosen for the one kept. Numbers stay keys with the names they came with."""
    values = {name: chosen[name].strip()[: LENGTHS[name]] for name in NAMES if name in chosen}
    if "full_name" in values:
        values["sort_name"] = sort_key(values["full_name"])
    moved = change_row(Person.objects.get(pk=keep_id), **values)
    if moved:
        rewrite_words([keep_id])
    return moved


def _merge_pairs(keep_id: int, other_id: int) -> MovedRows:
    """Settle what was asked about the other; that somebody is not the same as they are holds for the one kept too."""
    moved: list[Moved] = []
    for row in Pair.objects.filter(Q(low=other_id) | Q(high=other_id)).order_by("pk"):
        third = row.low_id if row.high_id == other_id else row.high_id
        if third == keep_id:
            is_one = row.about == Pair.About.PERSON
            moved += change_row(row, state=Pair.State.ONE.value if is_one else Pair.State.GONE.value)
        elif row.state == Pair.State.APART:
            moved += _apart(row, *sorted((keep_id, third)))
        elif row.state == Pair.State.OPEN:
            moved += change_row(row, state=Pair.State.GONE.value)
    return tuple(moved)


def _apart(row: Pair, low: int, high: int) -> MovedRows:
    mine = Pair.objects.filter(low=low, high=high, about=row.about).first()
    if mine is not None:
        return change_row(mine, state=Pair.State.APART.value)
    made = Pair(low_id=low, high_id=high, about=row.about, state=Pair.State.APART, found_at=row.found_at)
    made.decided_at, made.decided_by_id = row.decided_at, row.decided_by_id
    made.save()
    return made_row(made)


def _fill(keep: Person, other: Person) -> MovedRows:
    values = {name: getattr(other, name) for name in FILLED if not getattr(keep, name) and getattr(other, name)}
    if "full_name" in values:
        values["sort_name"] = sort_key(values["full_name"])
    latest = max((day for day in (keep.quiet_until, other.quiet_until) if day), default=None)
    sender = keep.referred_by_id if keep.referred_by_id != other.pk else None
    sender = sender or (other.referred_by_id if other.referred_by_id != keep.pk else None)
    return change_row(keep, **values, quiet_until=latest, referred_by_id=sender)


def _merge_emails(keep: Person, other: Person) -> MovedRows:
    """Move addresses; of one that both had, the kept person's row stays and becomes the key if the other's was."""
    held = {row.normalised: row for row in keep.emails.all()}
    moved: list[Moved] = []
    for row in other.emails.order_by("pk"):
        mine = held.get(row.normalised)
        if mine is None:
            moved += change_row(row, person_id=keep.pk, is_primary=row.is_primary and not held)
            continue
        moved += remove_row(row)
        moved += change_row(mine, is_key=mine.is_key or row.is_key, is_bad=mine.is_bad and row.is_bad)
    return tuple(moved)


def _merge_phones(keep: Person, other: Person) -> MovedRows:
    """Move numbers; they stay keys with the name they came with, because people go on being called both ways."""
    held = {(row.e164, "" if row.e164 else row.as_typed): row for row in keep.phones.all()}
    moved: list[Moved] = []
    for row in other.phones.order_by("pk"):
        mine = held.get((row.e164, "" if row.e164 else row.as_typed))
        if mine is not None and mine.name_key == row.name_key:
            moved += remove_row(row)
            moved += change_row(mine, is_key=mine.is_key or row.is_key)
        elif mine is not None and mine.as_typed == row.as_typed:
            moved += remove_row(row)
        else:
            moved += change_row(row, person_id=keep.pk, is_primary=row.is_primary and not held)
    return tuple(moved)


def _merge_days(keep: Person, other: Person) -> MovedRows:
    """Move occasions; of two for the same thing the kept person's stays, and learns the year if the day is the same."""
    held = {(day.kind, day.label): day for day in keep.occasions.all()}
    moved: list[Moved] = []
    for row in other.occasions.order_by("pk"):
        mine = held.get((row.kind, row.label))
        if mine is None:
            moved += change_row(row, person_id=keep.pk)
            continue
        moved += remove_row(row)
        if mine.year is None and (mine.month, mine.day) == (row.month, row.day):
            moved += change_row(mine, year=row.year)
    return tuple(moved)


def _move_places(keep: Person, other: Person) -> MovedRows:
    has_place = keep.addresses.exists()
    moved: list[Moved] = []
    for row in PostalAddress.objects.filter(person=other).order_by("pk"):
        moved += change_row(row, person_id=keep.pk, is_primary=row.is_primary and not has_place)
    return tuple(moved)
