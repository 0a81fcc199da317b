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
    "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "median_gap_days", "slips_on",
)  # fmt: skip
NAMED_AT_ONCE = 1000
MARKS = 4
Row = tuple[Any, ...]


def write_rows(rows: Iterable[Row], *, total: int, as_of: date, sentence: str) -> int:
    """Write rows of `wanted`, each with the four marks of `differing.changed`; returns how many."""
    written = 0

    def write(chunk: list[Row]) -> None:
        nonlocal written
        day = as_of.isoformat()
        _upsert(Standing, ("person_id",), (*COLUMNS, "as_of"), [(*_plain(row[:-MARKS]), day) for row in chunk])
        _keep_months([(row[0], *row[2:6]) for row in chunk if row[-4]], as_of)
        announce(
            as_of,
            changed=[row[0] for row in chunk],
            regrouped=[(row[0], row[-3], row[2]) for row in chunk if row[-3] not in (None, row[2])],
            slipped=[row[0] for row in chunk if row[-2]],
            won_back=[row[0] for row in chunk if row[-1]],
        )
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
