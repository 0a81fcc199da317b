"""What this room does with its rows about a person: hand them out, erase them, move them to another entry and back."""

from __future__ import annotations

from typing import Any

from regulars.people.moving import put_back
from regulars.people.records import MovedRows, PersonRecords, register


def export(person_id: int) -> dict[str, Any]:
    return {}


def erase(person_id: int) -> None:
    return None


def merge(keep_id: int, other_id: int) -> MovedRows:
    return ()


def register_records() -> None:
    register(PersonRecords("rapport", export, erase, merge, put_back))
