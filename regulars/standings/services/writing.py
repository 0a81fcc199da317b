"""Write standings in chunks by time, tell the rooms above, and keep the month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Model

from regulars.kit import bulletin, database
from regulars.kit.database import chunks_by_time
from regulars.kit.jobs import progress
from regulars.standings.events import Regrouped, StandingsChanged
from regulars.standings.models import Standing, StandingMonth
from regulars.standings.services.wanted import COLUMNS

FIELDS = (
    "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "usual_gap_days",
    "gap_low_days", "gap_high_days", "slips_on",
)  # fmt: skip
INDEXED = ("group", "slips_on")
NAMED_AT_ONCE = 1000
COPIED_FROM = 500
STORED = (*COLUMNS, "as_of")
MOVED, REGRADED, BEFORE, SLIPPED, BACK = range(len(STORED), len(STORED) + 5)
Row = tuple[Any, ...]


def write_rows(rows: Iterable[Row], *, total: int, as_of: date, sentence: str) -> int:
    """Write rows of `differing.changed`, each with its five marks; returns how many."""
    written = 0

    def write(chunk: list[Row]) -> None:
        nonlocal written
        _write_standings(chunk)
        _keep_months([(row[0], *row[2:6]) for row in chunk if row[REGRADED]], as_of)
        announce(
            as_of,
            changed=[row[0] for row in chunk],
            regrouped=[(row[0], row[BEFORE], row[2]) for row in chunk if row[BEFORE] not in (None, row[2])],
            slipped=[row[0] for row in chunk if row[SLIPPED]],
            won_back=[row[0] for row in chunk if row[BACK]],
        )
        written += len(chunk)

    return chunks_by_time(_reporting(rows, total, sentence, lambda: written), write)


def _write_standings(chunk: list[Row]) -> None:
    """Overwrite what the indexes hold only where it is new: an index that is written anew costs as much as a row."""
    moved = [row[:MOVED] for row in chunk if row[MOVED]]
    others = [row[:MOVED] for row in chunk if not row[MOVED]]
    _upsert(Standing, ("person_id",), STORED, moved)
    _upsert(Standing, ("person_id",), STORED, others, kept=INDEXED)


def _reporting(rows: Iterable[Row], total: int, sentence: str, written: Any) -> Iterable[Row]:
    """Report between chunks, outside the transaction that writes."""
    reported = -1
    for row in rows:
        if written() != reported:
            reported = written()
            progress(reported, total, sentence)
        yield row


def remove(people: Sequence[tuple[int, str]], as_of: date) -> int:
    """Take away the standings of people (with their group) who should have none; their month says so."""

    def write(chunk: list[tuple[int, str]]) -> None:
        gone = [person_id for person_id, _group in chunk]
        Standing.objects.filter(person_id__in=gone).delete()
        _keep_months([(person_id, "", None, None, None) for person_id in gone], as_of)
        announce(as_of, changed=gone, regrouped=[(person_id, group, "") for person_id, group in chunk if group])

    return chunks_by_time(people, write)


def save(standings: Sequence[Standing]) -> None:
    """Insert or overwrite these rows; the caller holds the transaction."""
    fields = [field for field in Standing._meta.concrete_fields if field.column != "person_id"]
    rows = [(s.person_id, *(field.get_prep_value(getattr(s, field.attname)) for field in fields)) for s in standings]
    columns = ("person_id", *(str(field.column) for field in fields))
    _upsert(Standing, ("person_id",), columns, [_plain(row) for row in rows])


def _keep_months(rows: Sequence[Row], as_of: date) -> None:
    """Write where people stand this month (person, group, r, f, m); a later grading of the month overwrites it."""
    month = as_of.replace(day=1).isoformat()
    columns = ("person_id", "group", "r", "f", "m", "month")
    _upsert(StandingMonth, ("person_id", "month"), columns, [(*row, month) for row in rows])


def _upsert(
    model: type[Model], keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row], kept: Sequence[str] = ()
) -> None:
    """Insert rows, or overwrite those with the same key, but for the columns `kept`: many times quicker than objects.

    One prepared statement on SQLite; on PostgreSQL many rows are copied into a table of this transaction first.
    """
    if not rows:
        return
    link = database.connection()
    table, name = model._meta.db_table, link.ops.quote_name
    listed = ", ".join(name(column) for column in columns)
    overwritten = ", ".join(f"{name(c)} = excluded.{name(c)}" for c in columns if c not in (*keys, *kept))
    ending = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {overwritten}"
    beginning = f"INSERT INTO {name(table)} ({listed}) "
    with link.cursor() as cursor:
        if database.is_postgres() and len(rows) >= COPIED_FROM:
            fresh = name(f"fresh_{table}")
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {fresh} (LIKE {name(table)})")
            cursor.execute(f"ALTER TABLE {fresh} DROP COLUMN IF EXISTS id")
            database.copy_rows(f"fresh_{table}", columns, rows)
            cursor.execute(f"{beginning}SELECT {listed} FROM {fresh}{ending}")
            cursor.execute(f"TRUNCATE {fresh}")
        else:
            cursor.executemany(f"{beginning}VALUES ({', '.join(['%s'] * len(columns))}){ending}", rows)


def _plain(row: Row) -> Row:
    """Days as text, which both databases take."""
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def announce(
    as_of: date,
    *,
    changed: Sequence[int] = (),
    regrouped: Sequence[Regrouped] = (),
    slipped: Sequence[int] = (),
    won_back: Sequence[int] = (),
) -> None:
    """Post what changed in portions; the caller holds the transaction that makes it true."""
    longest = max(len(changed), len(regrouped), len(slipped), len(won_back))
    for start in range(0, longest, NAMED_AT_ONCE):
        part = slice(start, start + NAMED_AT_ONCE)
        bulletin.post(
            StandingsChanged(
                tuple(changed[part]), as_of.isoformat(), tuple(regrouped[part]), tuple(slipped[part]),
                tuple(won_back[part]),
            )
        )  # fmt: skip
