"""The records registry: how a room exports, erases, merges and parts what it holds on a person.

A room registers one `PersonRecords` in its `ready()`. The four calls run inside the caller's transaction.
`regulars.people.moving` has the plain ways to move rows and to put them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Change = Literal["changed", "removed", "made"]


@dataclass(frozen=True)
class Moved:
    """One row a merge touched: its table ("purchases.Order"), its key, and what stood there before and after.

    JSON primitives. `after` lets an un-merge leave alone what somebody changed since.
    """

    table: str
    row_id: str
    change: Change
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


MovedRows = tuple[Moved, ...]


@dataclass(frozen=True)
class PersonRecords:
    """What one room does with its rows about a person.

    `export` returns JSON primitives. `erase` removes what tells who somebody was and keeps sums. `merge` moves rows
    from `other_id` to `keep_id` and returns everything it touched; `unmerge` takes exactly that and restores it.
    `summary` says in pairs (label, words) what there is on somebody, for whoever decides whether two records are one.
    """

    room: str
    export: Callable[[int], dict[str, Any]]
    erase: Callable[[int], None]
    merge: Callable[[int, int], MovedRows]
    unmerge: Callable[[MovedRows], None]
    summary: Callable[[int], Sequence[tuple[str, str]]] | None = None


_rooms: dict[str, PersonRecords] = {}


def register(records: PersonRecords) -> None:
    """Add or replace what a room does with a person's records."""
    _rooms[records.room] = records


def rooms() -> list[PersonRecords]:
    """Return every room in the order it registered: people first, then upward."""
    return list(_rooms.values())


def room(name: str) -> PersonRecords:
    return _rooms[name]
