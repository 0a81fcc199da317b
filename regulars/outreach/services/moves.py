"""The one way a touch changes its state: allowed by the table, one compact row each, safe beside other workers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, database
from regulars.kit.errors import Refusal
from regulars.kit.labels import in_a_sentence
from regulars.outreach.models import MOVES, State, Touch, TouchChange
from regulars.people.bulk import insert
from regulars.staff.models import User

CHUNK = 500
_CHANGE = "INSERT INTO outreach_touchchange (touch_id, at, from_state, to_state, why) VALUES (%s, %s, %s, %s, %s)"
# What a touch looks like that no worker holds.
FREE: dict[str, Any] = {"lease_until": None, "leased_by": ""}


def sources_of(to: str) -> frozenset[str]:
    """Say from which states a touch may come to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


@transaction.atomic
def move(
    ids: Iterable[int],
    to: str,
    *,
    by: User | None = None,
    why: str = "",
    only_from: Iterable[str] | None = None,
    held_by: str | None = None,
    whys: Mapping[int, str] | None = None,
    **fields: Any,
) -> dict[int, str]:
    """Move the touches that may go to `to`; the others stay untouched. Returns {id: the state it came from}.

    `whys` are reasons of single touches, kept with their change. The rows are locked, so that of two who want to move
    the same touch one finds it moved already.
    """
    allowed = sources_of(to) if only_from is None else sources_of(to) & frozenset(only_from)
    moved: dict[int, str] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        rows = Touch.objects.filter(pk__in=wanted[start : start + CHUNK], state__in=allowed)
        if held_by is not None:
            rows = rows.filter(leased_by=held_by)
        moved |= dict(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "state"))
    if moved:
        _write(moved, to, by=by, why=why, whys=whys or {}, fields=fields)
    return moved


def _write(
    moved: Mapping[int, str], to: str, *, by: User | None, why: str, whys: Mapping[int, str], fields: Mapping[str, Any]
) -> None:
    now, short, ids = clock.now(), why[:300], list(moved)
    for start in range(0, len(ids), CHUNK):
        Touch.objects.filter(pk__in=ids[start : start + CHUNK]).update(
            **{"state": to, "changed_at": now, "why": short, **fields}
        )
    by_id = by.pk if by else None
    rows = [(pk, now, state, str(to), by_id, whys.get(pk, short)[:300]) for pk, state in moved.items()]
    insert(TouchChange, ("touch", "at", "from_state", "to_state", "by", "why"), rows)


def step(
    ids: Iterable[int],
    source: str,
    to: str,
    *,
    held_by: str | None = None,
    whys: Mapping[int, str] | None = None,
    **fields: Any,
) -> set[int]:
    """Move touches from one known state in two statements: for the worker, which does this all day.

    Call it inside a transaction. Returns which moved.
    """
    wanted = sorted(ids)
    if not wanted:
        return set()
    assert to in MOVES[source]
    now, ops = clock.now(), database.connection().ops
    values = {"state": str(to), "changed_at": now, "why": "", **fields}
    sets = ", ".join(f"{name} = %s" for name in values)
    held = " AND leased_by = %s" if held_by is not None else ""
    marks = ", ".join(["%s"] * len(wanted))
    told = [ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value for value in values.values()]
    with database.connection().cursor() as cursor:
        cursor.execute(
            f"UPDATE outreach_touch SET {sets} WHERE id IN ({marks}) AND state = %s{held} RETURNING id",  # noqa: S608
            [*told, *wanted, str(source), *([] if held_by is None else [held_by])],
        )
        moved = {pk for (pk,) in cursor.fetchall()}
    note_changes(moved, source, to, now, whys)
    return moved


def note_changes(
    ids: Collection[int], source: str, to: str, at: datetime, whys: Mapping[int, str] | None = None
) -> None:
    """Write that these touches moved from one state to another, by nobody in particular. One statement."""
    kept, told = whys or {}, database.connection().ops.adapt_datetimefield_value(at)
    rows = [(pk, told, str(source), str(to), kept.get(pk, "")[:300]) for pk in sorted(ids)]
    if rows:
        with database.connection().cursor() as cursor:
            cursor.executemany(_CHANGE, rows)


def move_one(touch: Touch, to: str, *, by: User | None = None, why: str = "", **fields: Any) -> Touch:
    """Move one touch or refuse with what it is now."""
    if not move([touch.pk], to, by=by, why=why, **fields):
        touch.refresh_from_db()
        raise Refusal(
            _("This cannot be done any more: it is “%(state)s” by now.")
            % {"state": in_a_sentence(State(touch.state).label)}
        )
    touch.refresh_from_db()
    return touch
