"""Taking a note or a day out, and putting it back."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Note, Occasion, Person, Removal
from regulars.people.moving import put_back, remove_row
from regulars.people.records import Moved
from regulars.people.services.changing import touch
from regulars.staff.models import User
from regulars.staff.services import note_audit

KEPT = timedelta(days=1)
FIELDS = {"people.Note": "notes", "people.Occasion": "occasions"}


@transaction.atomic
def remove_note(note: Note, by: User | None = None) -> Removal | None:
    """Take a note out of the book; for a day it can be put back. None when somebody did already."""
    return _take_out(note, note.person_id, "remove_note", by)


@transaction.atomic
def remove_occasion(occasion: Occasion, by: User | None = None) -> Removal | None:
    """Take a day out of the book; for a day it can be put back. None when somebody did already."""
    return _take_out(occasion, occasion.person_id, "remove_occasion", by)


def _take_out(row: models.Model, person_id: int, action: str, by: User | None) -> Removal | None:
    held = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if held is None:
        return None
    [moved] = remove_row(held)
    made = Removal.objects.create(
        person_id=person_id, table=moved.table, row_id=moved.row_id, before=moved.before, at=clock.now(), by=by
    )
    touch(person_id, FIELDS[moved.table])
    note_audit(by, action, room="people", kind="person", object_id=person_id, person_id=person_id)
    return made


def put_back_removed(person: Person, removal_id: int, by: User | None = None) -> None:
    """Put back what was taken out, exactly as it was. Once only; refused when the like of it was written since."""
    try:
        with transaction.atomic():
            _put_back(person, removal_id, by)
    except IntegrityError as clash:
        raise Refusal(_("The like of it has been written down again meanwhile.")) from clash


def _put_back(person: Person, removal_id: int, by: User | None) -> None:
    rows = Removal.objects.filter(pk=removal_id, person=person, put_back_at=None)
    row = rows.first()
    if row is None or not rows.update(put_back_at=clock.now()):
        raise Refusal(_("It is back already, or was taken out too long ago."))
    put_back([Moved(row.table, row.row_id, "removed", row.before)])
    touch(person.pk, FIELDS[row.table])
    note_audit(by, "put_back", room="people", kind="person", object_id=person.pk, person_id=person.pk)


def forget_removals() -> int:
    """Remove for good what was taken out more than a day ago."""
    return int(Removal.objects.filter(at__lt=clock.now() - KEPT).delete()[0])
