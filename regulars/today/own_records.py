"""What this room does with its decisions about a person."""

from __future__ import annotations

from typing import Any

from regulars.people.moving import move_rows, put_back
from regulars.people.records import MovedRows, PersonRecords, register
from regulars.today.models import Decision


def export(person_id: int) -> dict[str, Any]:
    rows = Decision.objects.filter(person_id=person_id).order_by("pk")
    columns = ("kind", "occurrence", "choice", "subject", "body", "at")
    return {
        "decisions": [
            {**dict(zip(columns, row, strict=True)), "at": row[-1].isoformat()} for row in rows.values_list(*columns)
        ]
    }


def erase(person_id: int) -> None:
    """Take the words out; that a line was answered stays, without the person."""
    Decision.objects.filter(person_id=person_id).update(person=None, subject="", body="")


def merge(keep_id: int, other_id: int) -> MovedRows:
    return move_rows(Decision.objects.filter(person_id=other_id), keep_id)


def register_records() -> None:
    register(PersonRecords("today", export, erase, merge, put_back))
