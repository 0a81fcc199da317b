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
from regulars.outreach.models import PRIORITY, Purpose
from regulars.outreach.services.programme_states import standing

# Less urgent than care (greetings, offers, many letters at once): they leave a part of the mailbox's day to the others.
BULK_BELOW = PRIORITY[Purpose.CARE]

_OURS = "t.state = 'approved' AND t.channel = 'email' AND t.priority = %s"
_PROGRAMMES = f"""
WITH RECURSIVE walk(programme) AS (
  SELECT MIN(t.programme) FROM outreach_touch t WHERE {_OURS}
  UNION ALL
  SELECT (SELECT MIN(t.programme) FROM outreach_touch t WHERE {_OURS} AND t.programme > walk.programme)
  FROM walk WHERE walk.programme IS NOT NULL
)
SELECT walk.programme FROM walk WHERE walk.programme IS NOT NULL AND (
  SELECT MIN(t.due_at) FROM outreach_touch t WHERE {_OURS} AND t.programme = walk.programme
) <= %s
"""  # noqa: S608  # a constant of our own
_LETTERS = f"""
SELECT t.id, t.person_id FROM outreach_touch t WHERE {_OURS} AND t.programme = %s AND t.due_at <= %s
ORDER BY t.due_at, t.id LIMIT %s
"""  # noqa: S608  # a constant of our own
_NEXT_PRIORITY = """
SELECT MAX(t.priority) FROM outreach_touch t WHERE t.state = 'approved' AND t.channel = 'email' AND t.priority < %s
"""
ABOVE_ALL = 32_767


@dataclass(frozen=True, slots=True)
class Turn:
    touch_id: int
    person_id: int
    is_bulk: bool


def due_letters(now: datetime, most: int, for_bulk: int | None = None) -> list[Turn]:
    """Return the due letters in the order in which they may go, at most `for_bulk` of those that can wait."""
    turns: list[Turn] = []
    still = standing()
    below, at = ABOVE_ALL, database.connection().ops.adapt_datetimefield_value(now)
    while len(turns) < most and (priority := _one(_NEXT_PRIORITY, [below])) is not None:
        is_bulk = priority < BULK_BELOW
        room = most - len(turns)
        if is_bulk and for_bulk is not None:
            room = min(room, for_bulk - sum(turn.is_bulk for turn in turns))
            if room <= 0:
                break
        programmes = [name for (name,) in _rows(_PROGRAMMES, [priority] * 3 + [at]) if name not in still]
        turns += [Turn(pk, person_id, is_bulk) for pk, person_id in _in_turn(programmes, priority, at, room)]
        below = priority
    return turns


def is_urgent_due(now: datetime) -> bool:
    """Is anything due that cannot wait? A small look into the partial index."""
    return bool(due_letters(now, 1, for_bulk=0))


def _in_turn(programmes: Sequence[str], priority: int, at: Any, room: int) -> list[tuple[int, int]]:
    """One of each programme, then the next of each, until there is no room; whoever has no more leaves its share."""
    if not programmes:
        return []
    if len(programmes) > room:
        programmes = chance.sample(programmes, room)
    share = -(-room // len(programmes))
    lines = {name: _rows(_LETTERS, [priority, name, at, share]) for name in programmes}
    missing = room - sum(map(len, lines.values()))
    for name, line in lines.items():
        if missing > 0 and len(line) == share:
            lines[name] = _rows(_LETTERS, [priority, name, at, share + missing])
    return _interleaved(lines.values())[:room]


def _interleaved(lines: Iterable[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    return [row for row in chain.from_iterable(zip_longest(*lines)) if row is not None]


def _one(sql: str, parameters: Sequence[Any]) -> Any:
    return _rows(sql, parameters)[0][0]


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with database.connection().cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
