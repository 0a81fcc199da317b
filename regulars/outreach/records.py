"""What this room does with its rows about a person: hand them out, empty them, move them to another entry and back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.outreach.models import OPEN, SETTLED, LeavingToken, State, Suppression, Touch, TouchChange
from regulars.outreach.services.moves import move
from regulars.outreach.services.suppressing import suppress
from regulars.people.models import Email
from regulars.people.records import Moved, MovedRows, PersonRecords, register

TABLE = "outreach.Touch"
SHOWN = (
    "programme",
    "occurrence",
    "channel",
    "purpose",
    "state",
    "subject",
    "body",
    "sent_at",
    "to_address",
    "outcome",
    "note",
    "why",
)


def export(person_id: int) -> dict[str, Any]:
    """Everything that was planned for or sent to them, in full."""
    rows = Touch.objects.filter(person_id=person_id).order_by("pk")
    touches = []
    for touch in rows:
        row = {name: getattr(touch, name) for name in SHOWN}
        touches.append({**row, "sent_at": touch.sent_at.isoformat() if touch.sent_at else None})
    return {"touches": touches}


def erase(person_id: int) -> None:
    """Stop what is open, take out words and addresses, keep that something was sent; remember hashes of the addresses."""
    free = {"lease_until": None, "leased_by": ""}
    ids = list(Touch.objects.filter(person_id=person_id, state__in=OPEN).values_list("pk", flat=True))
    move(ids, State.CANCELLED, why=_("The person was erased."), only_from=OPEN, **free)
    rows = Touch.objects.filter(person_id=person_id)
    TouchChange.objects.filter(touch__in=rows).update(why="")
    rows.update(
        subject="", body="", to_address="", note="", why="", held_why="", last_error="", evidence={}, draft_hash=""
    )
    LeavingToken.objects.filter(person_id=person_id).delete()
    for address in Email.objects.filter(person_id=person_id, normalised__contains="@").values_list(
        "normalised", flat=True
    ):
        suppress(address, Suppression.Reason.LEFT, source="erased")


def merge(keep_id: int, other_id: int) -> MovedRows:
    """Give the other entry's touches to the one that stays.

    Where both have the same occasion, the one that reached them stands; an open twin is stopped, so that nobody gets
    the same card twice.
    """
    mine = {tuple(key): (pk, state) for pk, state, *key in _keyed(keep_id)}
    moved: list[Moved] = []
    for pk, state, *key in _keyed(other_id):
        twin = mine.get(tuple(key))
        if twin is None:
            moved.append(Moved(TABLE, str(pk), "moved", {"person_id": other_id}))
            continue
        loser = pk if state in OPEN else twin[0] if state in SETTLED and twin[1] in OPEN else None
        if loser is not None:
            was = state if loser == pk else twin[1]
            move([loser], State.CANCELLED, why=_("The same person under another entry has it already."), only_from=OPEN)
            moved.append(Moved(TABLE, str(loser), "changed", {"state": was}))
    ids = [int(row.row_id) for row in moved if row.change == "moved"]
    Touch.objects.filter(pk__in=ids).update(person_id=keep_id)
    return tuple(moved)


def _keyed(person_id: int) -> list[tuple[Any, ...]]:
    rows = Touch.objects.filter(person_id=person_id).order_by("pk")
    return list(rows.values_list("pk", "state", "programme", "occurrence", "step"))


def unmerge(moved: MovedRows) -> None:
    """Put back exactly what the merge moved; a touch it stopped is planned again, to be approved anew."""
    by_person: dict[int, list[int]] = {}
    for row in moved:
        if row.change == "moved":
            by_person.setdefault(int(row.before["person_id"]), []).append(int(row.row_id))
    for person_id, ids in by_person.items():
        Touch.objects.filter(pk__in=ids).update(person_id=person_id)
    stopped = [int(row.row_id) for row in moved if row.change == "changed"]
    move(
        stopped, State.PLANNED, why=_("The entries were parted again."), only_from=(State.CANCELLED,), approved_at=None
    )


def register_records() -> None:
    register(PersonRecords("outreach", export, erase, merge, unmerge))
