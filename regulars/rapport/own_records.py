"""What this room does with its rows about a person: hand them out, erase them, move them to another entry and back.

Every table with somebody's rows stands once in `HELD`: what is handed out of it and what keeps two of them from being
one row. Erasing deletes the rows: nothing of what passed between us and somebody is left without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from regulars.people.moving import change_row, move_rows, put_back, remove_row
from regulars.people.records import Moved, MovedRows, PersonRecords, register
from regulars.rapport.models import AskedLetter, AskedYes, Belonging, Encounter, Enquiry, LifeEvent, Owed, Tie


@dataclass(frozen=True)
class Held:
    """One table of this room: the name and columns under which its rows are handed out.

    `join` makes two people's rows one's where moving them is not enough.
    """

    model: type[models.Model]
    name: str
    columns: tuple[str, ...]
    column: str = "person"
    unless_same: tuple[str, ...] = ()
    join: Callable[[int, int], MovedRows] | None = None


def join_ties(keep_id: int, other_id: int) -> MovedRows:
    """One rhythm a person: the one kept stays, the later of two days counts."""
    other = Tie.objects.filter(person_id=other_id).first()
    keep = Tie.objects.filter(person_id=keep_id).first()
    if other is None or keep is None:
        return move_rows(Tie.objects.filter(person_id=other_id), keep_id)
    moved: list[Moved] = [*remove_row(other)]
    days = {
        name: _later(getattr(keep, name), getattr(other, name)) for name in ("last_in_on", "last_out_on", "rested_on")
    }
    months = keep.every_months if keep.every_months is not None else other.every_months
    moved += change_row(keep, every_months=months, **days)
    return tuple(moved)


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day), default=None)


def join_asked_yes(keep_id: int, other_id: int) -> MovedRows:
    """One open ask for an address: of two, the one whose letter went last stays, so that its link works."""
    moved: list[Moved] = []
    mine = {row.address_hash: row for row in AskedYes.objects.filter(person_id=keep_id, confirmed_at=None)}
    for row in AskedYes.objects.filter(person_id=other_id, confirmed_at=None).order_by("pk"):
        twin = mine.get(row.address_hash)
        if twin is not None:
            last = AskedLetter.objects.filter(ask__in=(row.pk, twin.pk)).order_by("-on", "-pk").first()
            moved += remove_row(twin if last is not None and last.ask_id == row.pk else row)
    return (*moved, *move_rows(AskedYes.objects.filter(person_id=other_id), keep_id))


HELD: list[Held] = [
    Held(
        Enquiry,
        "enquiries",
        (
            "came_by", "wants", "expects", "wanted_by", "worth_amount", "likes_answer_by", "asked_at", "said_name",
            "said_reach", "sent_by_text", "has_ticked_consent", "state", "answered_at", "parked_until", "lost_why",
            "lost_words", "won_on", "delivered", "is_as_hoped",
        ),
    ),
    Held(
        Encounter,
        "log",
        ("kind", "direction", "words", "place", "link", "happened_at", "answer_by", "answered_at", "answer",
         "resolved_at"),
    ),
    Held(
        Belonging,
        "things",
        ("what", "details", "note", "bought_on", "is_from_us", "warranty_until", "service_months", "serviced_on",
         "service_due_on", "gone_on", "noted_at"),
    ),
    Held(
        LifeEvent,
        "life_events",
        ("kind", "label", "on", "is_whole_month", "note", "answer", "answered_at", "noted_at"),
    ),
    Held(Owed, "owed", ("side", "what", "agreed_on", "due_on", "outcome", "words", "settled_at", "noted_at")),
    Held(
        AskedYes,
        "asked_yes",
        ("channel", "address", "wording__words", "source", "asked_at", "until", "confirmed_at", "is_by_answer",
         "is_told"),
        join=join_asked_yes,
    ),
    Held(Tie, "keeping_in_touch", ("every_months", "last_in_on", "last_out_on", "rested_on"), join=join_ties),
]  # fmt: skip


def export(person_id: int) -> dict[str, Any]:
    """Everything this room holds on somebody, as plain values."""
    return {held.name: [_plain(row) for row in _rows(held, person_id).values(*held.columns)] for held in HELD}


def erase(person_id: int) -> None:
    """Delete their rows, and their name where friends said who had sent them."""
    Enquiry.objects.filter(person__referred_by=person_id).update(sent_by_text="")
    for held in HELD:
        _rows(held, person_id).delete()


def merge(keep_id: int, other_id: int) -> MovedRows:
    moved: list[Any] = []
    for held in HELD:
        if held.join is not None:
            moved += held.join(keep_id, other_id)
            continue
        moved += move_rows(_rows(held, other_id), keep_id, column=held.column, unless_same=held.unless_same)
    return tuple(moved)


def register_records() -> None:
    register(PersonRecords("rapport", export, erase, merge, put_back))


def _rows(held: Held, person_id: int) -> models.QuerySet[Any]:
    return held.model._default_manager.filter(**{held.column: person_id}).order_by("pk")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, bool | int | str | None) else _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
