"""The timeline: rooms above push what they know, in words this room owns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.people import bulk
from regulars.people.models import TimelineEntry


@dataclass(frozen=True, slots=True)
class NewEntry:
    person_id: int
    at: datetime
    kind: str
    room: str
    object_id: int
    text: str


@transaction.atomic
def write_timeline(entries: Sequence[NewEntry]) -> None:
    """Write entries in bulk. Safe to repeat: the same room, kind, object and person gets the new words and time."""
    rows = [(e.person_id, e.room, e.kind, e.object_id, e.at, e.text[:500]) for e in entries]
    columns = ("person", "room", "kind", "object_id", "at", "text")
    bulk.upsert(TimelineEntry, columns, rows, unique=columns[:4])


def remove_from_timeline(room: str, kind: str, person_ids: Sequence[int], object_ids: Sequence[int]) -> int:
    """Take entries out whose object is gone: an undone import, a cancelled order."""
    rows = TimelineEntry.objects.filter(person__in=bulk.among(dict.fromkeys(person_ids)), room=room, kind=kind)
    return rows.filter(object_id__in=bulk.among(dict.fromkeys(object_ids))).delete()[0]
