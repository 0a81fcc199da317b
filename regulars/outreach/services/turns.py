"""Whose turn it is: the most urgent first, and of equally urgent programmes each one in turn.

A mailing to half a million never makes one thank-you wait: the index is walked from priority to priority and from
programme to programme, and from each only its share is read. What stands still (paused, stopped) is stepped over.
"""

from __future__ import annotations

import random as chance
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from regulars.kit import database
from regulars.outreach.models import PRIORITY, Channel, Purpose
from regulars.outreach.services.programme_states import standing

# Less urgent than care (greetings, offers, many letters at once): they leave a part of the mailbox's day to the others.
BULK_BELOW = PRIORITY[Purpose.CARE]

_PROGRAMMES = """
WITH RECURSIVE walk(programme) AS (
  SELECT MIN(t.programme) FROM outreach_touch t WHERE {ours}
  UNION ALL
  SELECT (SELECT MIN(t.programme) FROM outreach_touch t WHERE {ours} AND t.programme > walk.programme)
  FROM walk WHERE walk.programme IS NOT NULL
)
SELECT walk.programme FROM walk WHERE walk.programme IS NOT NULL AND (
  SELECT MIN(t.due_at) FROM outreach_touch t WHERE {ours} AND t.programme = walk.programme
) <= %s
"""
_TOUCHES = """
SELECT t.id, t.person_id FROM outreach_touch t WHERE {ours} AND t.programme = %s AND t.due_at <= %s
ORDER BY t.due_at, t.id LIMIT %s
"""
_NEXT_PRIORITY = "SELECT MAX(t.priority) FROM outreach_touch t WHERE {line} AND t.priority < %s"
ABOVE_ALL = 32_767


@dataclass(frozen=True, slots=True)
class Turn:
    touch_id: int
    person_id: int
    is_bulk: bool


@dataclass(frozen=True)
class Line:
    """Those who wait to go one way; of texts what was approved before a provider was there is left to the owner."""

    channel: str
    approved_from: datetime | None = None

    @property
    def _ours(self) -> str:
        """Written out, as the partial index has it; the channel is a word of our own."""
        since = " AND t.approved_at >= %s" if self.approved_from else ""
        return f"t.state = 'approved' AND t.channel = '{Channel(self.channel).value}'{since}"

    @property
    def _since(self) -> list[Any]:
        return [_moment(self.approved_from)] if self.approved_from else []

    def next_priority(self, below: int) -> Any:
        return _rows(_NEXT_PRIORITY.format(line=self._ours), [*self._since, below])[0][0]

    def programmes(self, priority: int, at: Any) -> list[str]:
        ours = f"{self._ours} AND t.priority = %s"
        rows = _rows(_PROGRAMMES.format(ours=ours), [*self._since, priority] * 3 + [at])
        return [name for (name,) in rows]

    def touches(self, priority: int, programme: str, at: Any, most: int) -> list[tuple[int, int]]:
        ours = f"{self._ours} AND t.priority = %s"
        return _rows(_TOUCHES.format(ours=ours), [*self._since, priority, programme, at, most])


LETTERS = Line(Channel.EMAIL)


def due_letters(now: datetime, most: int, for_bulk: int | None = None) -> list[Turn]:
    """Return the due letters in the order in which they may go, at most `for_bulk` of those that can wait."""
    return due_in(LETTERS, now, most, for_bulk)


def due_in(line: Line, now: datetime, most: int, for_bulk: int | None = None) -> list[Turn]:
    """The same of any line."""
    turns: list[Turn] = []
    still = standing()
    below, at = ABOVE_ALL, _moment(now)
    while len(turns) < most and (priority := line.next_priority(below)) is not None:
        is_bulk = priority < BULK_BELOW
        room = most - len(turns)
        if is_bulk and for_bulk is not None:
            room = min(room, for_bulk - sum(turn.is_bulk for turn in turns))
            if room <= 0:
                break
        programmes = [name for name in line.programmes(priority, at) if name not in still]
        turns += [Turn(pk, person_id, is_bulk) for pk, person_id in _in_turn(line, programmes, priority, at, room)]
        below = priority
    return turns


def is_urgent_due(now: datetime, line: Line = LETTERS) -> bool:
    """Is anything due that cannot wait? A small look into the partial index."""
    return bool(due_in(line, now, 1, for_bulk=0))


def _in_turn(line: Line, programmes: Sequence[str], priority: int, at: Any, room: int) -> list[tuple[int, int]]:
    """One of each programme, then the next of each, until there is no room; whoever has no more leaves its share."""
    if not programmes:
        return []
    if len(programmes) > room:
        programmes = chance.sample(programmes, room)
    share = -(-room // len(programmes))
    found = {name: line.touches(priority, name, at, share) for name in programmes}
    missing = room - sum(map(len, found.values()))
    for name, rows in found.items():
        if missing > 0 and len(rows) == share:
            found[name] = line.touches(priority, name, at, share + missing)
    return _interleaved(found.values())[:room]


def _interleaved(lines: Iterable[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    return [row for row in chain.from_iterable(zip_longest(*lines)) if row is not None]


def _moment(at: datetime | None) -> Any:
    return database.connection().ops.adapt_datetimefield_value(at)


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with database.connection().cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
