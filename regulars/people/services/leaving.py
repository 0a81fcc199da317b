"""Giving somebody all that is held on them, and erasing it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash
from regulars.people import records
from regulars.people.events import PersonErased
from regulars.people.models import (
    BulkActRow,
    Consent,
    ConsentNow,
    ErasedAddress,
    Merge,
    Occasion,
    Pair,
    Person,
    SearchWord,
    TimelineEntry,
)
from regulars.people.services.together import tidy_away
from regulars.staff.models import User
from regulars.staff.services import note_audit

BLANK = (
    "full_name", "given_name", "family_name", "salutation", "sort_name", "language", "zone", "needs", "expectations",
    "say", "best_time", "met", "referred_by_text",
)  # fmt: skip


def export_person(person_id: int, by: User | None = None) -> dict[str, Any]:
    """Return everything every room holds on somebody, as JSON primitives, room by room."""
    found = {room.room: room.export(person_id) for room in records.rooms()}
    note_audit(by, "export", room="people", kind="person", object_id=person_id, person_id=person_id)
    return found


@transaction.atomic
def erase_person(person: Person, by: User | None = None) -> None:
    """Erase who somebody was, in every room; sums stay, and a keyed hash of each address, so that they stay left alone.

    Records merged into this person go too, and with them the possibility to part them.
    """
    if person.is_bucket:
        raise Refusal(_("The cash customer is nobody in particular and cannot be erased."))
    if not Person.objects.here().select_for_update().filter(pk=person.pk).exists():
        raise Refusal(_("This person is no longer in the book: merged with somebody, or erased."))
    for person_id in _with_everybody_merged(person.pk):
        for room in reversed(records.rooms()):
            room.erase(person_id)
        bulletin.post(PersonErased(person_id))
    note_audit(by, "erase", room="people", kind="person", object_id=person.pk, person_id=person.pk)


def erase_own(person_id: int) -> None:
    """Erase what this room holds; the row stays as a tombstone without a name."""
    person = Person.objects.get(pk=person_id)
    _remember_addresses(person)
    for rows in (person.emails, person.phones, person.addresses, person.external_ids, person.kinds, person.tags):
        rows.all().delete()
    for more in (person.notes, person.preferences, person.silences, person.reminders):
        more.all().delete()
    for model in (Occasion, Consent, ConsentNow, TimelineEntry, SearchWord):
        model.objects.filter(person=person).delete()
    Merge.objects.filter(Q(keep=person) | Q(other=person)).delete()
    Pair.objects.filter(Q(low=person) | Q(high=person)).delete()
    BulkActRow.objects.filter(person=person).delete()
    Person.objects.filter(pk=person_id).update(
        **dict.fromkeys(BLANK, ""),
        referred_by=None,
        quiet_until=None,
        household=None,
        organisation=None,
        erased_at=clock.now(),
        version=F("version") + 1,
        change_number=next_change_number(),
    )
    tidy_away(person.household_id, person.organisation_id)


def export_own(person_id: int) -> dict[str, Any]:
    """Return what this room holds on somebody."""
    person = Person.objects.get(pk=person_id)
    lists: dict[str, Any] = {
        "emails": person.emails.values_list("address", flat=True),
        "phones": person.phones.values_list("as_typed", flat=True),
        "addresses": [str(place) for place in person.addresses.all()],
        "external_ids": person.external_ids.values("source", "external_id"),
        "kinds": person.kinds.values_list("kind", flat=True),
        "tags": person.tags.values_list("tag__name", flat=True),
        "notes": person.notes.values("at", "text"),
        "preferences": person.preferences.values("taste", "text"),
        "occasions": person.occasions.values("kind", "label", "month", "day", "year"),
        "consents": person.consents.values(
            "channel", "purpose", "is_given", "basis", "source", "wording", "said_at", "recorded_at", "expires_on"
        ),
        "silences": person.silences.values("kind", "why", "set_at", "until", "lifted_at"),
        "reminders": person.reminders.values("kind", "what", "due_on", "done_at"),
        "timeline": person.timeline.values("at", "room", "kind", "text"),
    }
    texts = {name: getattr(person, name) for name in BLANK if name != "sort_name"}
    columns = {
        **texts,
        "household": person.household.name if person.household else "",
        "organisation": person.organisation.name if person.organisation else "",
        "added_at": person.added_at,
        "source": person.source,
        "quiet_until": person.quiet_until,
    }
    plain: dict[str, Any] = _primitives({**columns, **{name: list(rows) for name, rows in lists.items()}})
    return plain


def _with_everybody_merged(person_id: int) -> list[int]:
    found = [person_id]
    for one in found:
        found += Person.objects.filter(merged_into=one).values_list("pk", flat=True)
    return found


def _remember_addresses(person: Person) -> None:
    at = clock.now()
    kept = [("email", row.normalised) for row in person.emails.all() if "@" in row.normalised]
    kept += [("phone", row.e164) for row in person.phones.all() if row.e164]
    rows = [ErasedAddress(keyed_hash=keyed_hash(text, "erased"), channel=kind, erased_at=at) for kind, text in kept]
    ErasedAddress.objects.bulk_create(rows, ignore_conflicts=True)


def _primitives(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _primitives(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_primitives(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
