"""Making two records of one person one, and parting them again exactly."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people import records
from regulars.people.events import PeopleMerged, PeopleUnmerged
from regulars.people.models import Merge, MovedRow, Pair, Person
from regulars.people.services.matching import hold_the_book
from regulars.people.services.own_merge import choose_names
from regulars.people.services.timeline import NewEntry, remove_from_timeline, write_timeline
from regulars.staff.models import User
from regulars.staff.services import note_audit

OWN_ROOM, TIMELINE = "people", "merged"


@transaction.atomic
def merge(keep: Person, other: Person, by: User | None = None, *, chosen: Mapping[str, str] | None = None) -> Merge:
    """Move everything every room holds on `other` to `keep`, and write down each row that moved.

    `chosen` holds the names that stay: full_name, given_name, family_name, salutation. Two who merge the same two at
    once merge them once; the second is refused with a sentence.
    """
    hold_the_book()
    _check_both_here(keep.pk, other.pk)
    made = Merge.objects.create(keep=keep, other=other, at=clock.now(), by=by)
    for room in records.rooms():
        _keep_moved(made, room.room, room.merge(keep.pk, other.pk))
    _keep_moved(made, OWN_ROOM, choose_names(keep.pk, chosen or {}))
    _mark(keep.pk, other.pk, merged_into_id=keep.pk)
    _decided(made, Pair.State.ONE, by)
    words = _("Joined with the entry of %(name)s") % {"name": other}
    write_timeline([NewEntry(keep.pk, made.at, TIMELINE, OWN_ROOM, made.pk, words)])
    bulletin.post(PeopleMerged(made.pk, keep.pk, other.pk))
    _note(by, "merge", made)
    return made


@transaction.atomic
def unmerge(merge_id: int, by: User | None = None, *, are_two: bool = False) -> Merge:
    """Put every moved row back where it was. What was learned since stays with the one that was kept.

    With `are_two` they are two people for good: no search asks about them again.
    """
    hold_the_book()
    made = Merge.objects.select_for_update().filter(pk=merge_id, undone_at=None).first()
    if made is None:
        raise Refusal(_("These two are parted already."))
    if not Person.objects.here().filter(pk=made.keep_id).exists():
        raise Refusal(_("This person was merged again or erased since. Part the later merge first."))
    remove_from_timeline(OWN_ROOM, TIMELINE, [made.keep_id], [made.pk])
    _mark(made.keep_id, made.other_id, merged_into_id=None)
    rows = list(made.moved_rows.order_by("pk"))
    for room in reversed(records.rooms()):
        moved = tuple(
            records.Moved(row.table, row.row_id, row.change, row.before, row.after)  # type: ignore[arg-type]  # a Change
            for row in rows
            if row.room == room.room
        )
        room.unmerge(moved)
    made.undone_at, made.undone_by = clock.now(), by
    made.save(update_fields=["undone_at", "undone_by"])
    if are_two:
        _decided(made, Pair.State.APART, by)
    bulletin.post(PeopleUnmerged(made.pk, made.keep_id, made.other_id))
    _note(by, "unmerge", made)
    return made


def _keep_moved(made: Merge, room: str, moved: records.MovedRows) -> None:
    MovedRow.objects.bulk_create(
        [
            MovedRow(
                merge=made,
                room=room,
                table=one.table,
                row_id=one.row_id,
                change=one.change,
                before=one.before,
                after=one.after,
            )
            for one in moved
        ],
        batch_size=500,
    )


def _decided(made: Merge, state: Pair.State, by: User | None) -> None:
    """Write who answered and when; a "no" is written also where nobody asked."""
    low, high = sorted((made.keep_id, made.other_id))
    values = {"state": state, "decided_at": clock.now(), "decided_by": by}
    pair = Pair.objects.filter(low=low, high=high, about=Pair.About.PERSON)
    if not pair.update(**values) and state == Pair.State.APART:
        Pair.objects.create(low_id=low, high_id=high, found_at=clock.now(), **values)


def _check_both_here(keep_id: int, other_id: int) -> None:
    if keep_id == other_id:
        raise Refusal(_("That is the same person already."))
    locked = Person.objects.select_for_update().filter(pk__in=(keep_id, other_id)).order_by("pk")
    people = [person for person in locked if person.is_here]
    if len(people) < 2:
        raise Refusal(_("One of the two is no longer in the book: merged with somebody, or erased."))
    if any(person.is_bucket for person in people):
        raise Refusal(_("The cash customer stands for many people and cannot be merged with one."))


def _mark(keep_id: int, other_id: int, *, merged_into_id: int | None) -> None:
    number = next_change_number()
    rows = Person.objects.filter(pk=other_id)
    rows.update(merged_into_id=merged_into_id, version=F("version") + 1, change_number=number)
    Person.objects.filter(pk=keep_id).update(version=F("version") + 1, change_number=number)


def _note(by: User | None, action: str, made: Merge) -> None:
    text = f"{made.other_id} > {made.keep_id}"
    note_audit(by, action, room="people", kind="person", object_id=made.pk, person_id=made.keep_id, text=text)
