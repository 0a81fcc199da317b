"""Write standings in chunks by time, tell the rooms above, and keep the month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Model

from regulars.kit import bulletin, database
from regulars.kit.database import chunks_by_time
from regulars.kit.jobs import progress
from regulars.purchases.models.mils import to_mils
from regulars.standings.events import StandingsChanged
from regulars.standings.models import Standing, StandingMonth

FIELDS = (
    "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "median_gap_days", "slips_on",
)  # fmt: skip
COLUMNS = (
    "person_id", "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_mils", "median_gap_days",
    "slips_on", "as_of",
)  # fmt: skip
NAMED_AT_ONCE = 1000
Row = tuple[Any, ...]


def write_rows(rows: Iterable[Row], *, total: int, as_of: date, sentence: str) -> int:
    """Write rows of `wanted` (the last value says whether the group or a grade changed); returns how many."""
    written = 0

    def write(chunk: list[Row]) -> None:
        nonlocal written
        day = as_of.isoformat()
        _upsert(Standing, ("person_id",), COLUMNS, [(*_plain(row[:-1]), day) for row in chunk])
        _keep_months([(row[0], *row[2:6]) for row in chunk if row[-1]], as_of)
        announce([row[0] for row in chunk], as_of)
        written += len(chunk)

    return chunks_by_time(_reporting(rows, total, sentence, lambda: written), write)


def _reporting(rows: Iterable[Row], total: int, sentence: str, written: Any) -> Iterable[Row]:
    """Report between chunks, outside the transaction that writes."""
    reported = -1
    for row in rows:
        if written() != reported:
            reported = written()
            progress(reported, total, sentence)
        yield row


def remove(person_ids: Sequence[int], as_of: date) -> int:
    """Take away the standings of people who should have none; their month says so."""

    def write(chunk: list[int]) -> None:
        Standing.objects.filter(person_id__in=chunk).delete()
        _keep_months([(person_id, "", None, None, None) for person_id in chunk], as_of)
        announce(chunk, as_of)

    return chunks_by_time(person_ids, write)


def save(standings: Sequence[Standing]) -> None:
    """Insert or overwrite these rows; the caller holds the transaction."""
    rows = [
        (s.person_id, s.basis, s.group, s.r, s.f, s.m, s.first_on, s.last_on, s.buying_days, to_mils(s.net_amount),
         s.median_gap_days, s.slips_on, s.as_of)
        for s in standings
    ]  # fmt: skip
    _upsert(Standing, ("person_id",), COLUMNS, [_plain(row) for row in rows])


def _keep_months(rows: Sequence[Row], as_of: date) -> None:
    """Write where people stand this month (person, group, r, f, m); a later grading of the month overwrites it."""
    month = as_of.replace(day=1).isoformat()
    columns = ("person_id", "group", "r", "f", "m", "month")
    _upsert(StandingMonth, ("person_id", "month"), columns, [(*row, month) for row in rows])


def _upsert(model: type[Model], keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, or overwrite those with the same key; one prepared statement, many times quicker than objects."""
    if not rows:
        return
    link = database.connection()
    named = [link.ops.quote_name(column) for column in columns]
    overwritten = ", ".join(f"{name} = excluded.{name}" for name in named if name.strip('"') not in keys)
    sql = (
        f"INSERT INTO {link.ops.quote_name(model._meta.db_table)} ({', '.join(named)})"
        f" VALUES ({', '.join(['%s'] * len(named))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {overwritten}"
    )
    with link.cursor() as cursor:
        cursor.executemany(sql, rows)


def _plain(row: Row) -> Row:
    """Days as text, which both databases take."""
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def announce(person_ids: Sequence[int], as_of: date) -> None:
    for start in range(0, len(person_ids), NAMED_AT_ONCE):
        bulletin.post(StandingsChanged(tuple(person_ids[start : start + NAMED_AT_ONCE]), as_of.isoformat()))
