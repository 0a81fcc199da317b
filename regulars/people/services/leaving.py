"""Giving somebody all that is held on them."""

from __future__ import annotations

from typing import Any

from regulars.people import records
from regulars.people.models import Person
from regulars.staff.models import User
from regulars.staff.services import note_audit

TEXTS = (
    "full_name", "given_name", "family_name", "salutation", "language", "zone", "needs", "expectations",
    "say", "best_time", "reach_by", "met", "referred_by_text",
)  # fmt: skip


def export_person(person_id: int, by: User | None = None) -> dict[str, Any]:
    """Return everything every room holds on somebody, as JSON primitives, room by room."""
    found = {room.room: room.export(person_id) for room in records.rooms()}
    note_audit(by, "export", room="people", kind="person", object_id=person_id, person_id=person_id)
    return found


def export_own(person_id: int) -> dict[str, Any]:
    """Return what this room holds on somebody."""
    person = Person.objects.get(pk=person_id)
    lists: dict[str, Any] = {
        "emails": person.emails.values_list("address", flat=True),
        "phones": person.phones.values_list("as_typed", flat=True),
        "addresses": [f"{place} ({place.label})" if place.label else str(place) for place in person.addresses.all()],
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
    texts = {name: getattr(person, name) for name in TEXTS}
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


def _primitives(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _primitives(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_primitives(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
