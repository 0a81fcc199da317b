"""Many new rows, made ready by one process and written by another, the quickest way each database has.

What is the same in every row is told once; what only the writing transaction knows (its change number) takes the place
of `LATER` when the rows are written.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from regulars.kit import database

LATER = "\0"  # no text of either database holds it: callers take it out


class Load(NamedTuple):
    """Rows of one table: tuples for SQLite, CSV text for PostgreSQL. Plain enough for `marshal`."""

    table: str
    columns: tuple[str, ...]
    same: tuple[tuple[str, Any], ...]
    rows: Any


def made_ready(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], **same: Any) -> Load:
    """Make rows ready for `write`. `same` names the columns that hold one value in all of them, or `LATER`."""
    if not database.is_postgres():
        return Load(table, tuple(columns), tuple(same.items()), rows)
    text, ending = io.StringIO(), tuple(same.values())
    csv.writer(text, lineterminator="\n").writerows([(*row, *ending) for row in rows] if ending else rows)
    return Load(table, tuple(columns), tuple(same.items()), text.getvalue() if rows else "")


def write(loads: Iterable[Load], later: int) -> None:
    """Add these rows, those of one table together; inside the caller's transaction."""
    gathered: dict[tuple[str, tuple[str, ...], tuple[tuple[str, Any], ...]], list[Any]] = defaultdict(list)
    for table, columns, same, rows in loads:
        if rows:
            gathered[table, columns, same].append(rows)
    for (table, columns, same), parts in gathered.items():
        if database.is_postgres():
            database.copy_text(table, (*columns, *(name for name, _value in same)), _settled(parts, later))
        else:
            _insert(table, columns, {name: later if value == LATER else value for name, value in same}, parts)


def _settled(parts: list[str], later: int) -> Iterable[str]:
    return (part.replace(LATER, str(later)) for part in parts)


def _insert(table: str, columns: Sequence[str], same: Mapping[str, Any], parts: list[Any]) -> None:
    name = database.connection().ops.quote_name
    names = ", ".join(map(name, (*columns, *same)))
    values = ", ".join([*["%s"] * len(columns), *map(_literal, same.values())])
    sql = f"INSERT INTO {name(table)} ({names}) VALUES ({values})"  # noqa: S608  # literals are quoted
    with database.connection().cursor() as cursor:
        cursor.executemany(sql, [row for part in parts for row in part])


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"
