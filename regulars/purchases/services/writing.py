"""Many rows in one statement, in the same words for SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from regulars.kit import database

ONE_WRITER = 0x7265_6775_6C61  # any number nobody else takes: "regula"
Row = Sequence[Any]
Rows = list[tuple[Any, ...]]


def one_writer() -> None:
    """Let one transaction at a time write orders and totals, as SQLite does anyway.

    Call it first in the transaction. Totals and buying days then stay exact without a lock on every person, two imports
    of the same file record each order once, and no two writers can wait for each other in a ring.
    """
    if database.is_postgres():
        run("SELECT pg_advisory_xact_lock(%s)", [ONE_WRITER])


def run(sql: str, parameters: Sequence[Any] = ()) -> Rows:
    """Run one statement and return its rows, if it has any."""
    with database.connection().cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def run_over(rows: Sequence[Row], columns: Mapping[str, str], sql: str, *before: Any) -> Rows:
    """Run one statement over these rows: `{rows}` in it is a table `d` with these columns, one parameter each or all.

    Types are PostgreSQL's names; SQLite takes the rows as one JSON text. `before` fills the marks before `{rows}`.
    """
    if database.is_postgres():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        table = f"unnest({arrays}) AS d({', '.join(columns)})"
        parameters: list[Any] = [database.array_literal(values) for values in zip(*rows, strict=True)]
        parameters = parameters or ["{}"] * len(columns)
    else:
        picks = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns))
        table = f"(SELECT {picks} FROM json_each(%s)) AS d"  # noqa: S608 - column names of this room
        parameters = [json.dumps(rows, ensure_ascii=False)]
    return run(sql.replace("{rows}", table), [*before, *parameters])


def write_rows(rows: Sequence[Row], columns: Mapping[str, str], sql: str) -> None:
    """Run an INSERT whose `{values}` are these rows: the quickest way either database has for one that may clash."""
    if database.is_postgres():
        run_over(rows, columns, sql.replace("{values}", f"SELECT {', '.join(columns)} FROM {{rows}} WHERE true"))  # noqa: S608 - no input in it
        return
    marks = ", ".join(["%s"] * len(columns))
    with database.connection().cursor() as cursor:
        cursor.executemany(sql.replace("{values}", f"VALUES ({marks})"), rows)


def insert_rows(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add new rows the quickest way: COPY on PostgreSQL, one prepared statement on SQLite."""
    if database.is_postgres():
        database.copy_rows(table, columns, rows)
        return
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with database.connection().cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - no input in it


def new_ids(table: str, count: int) -> list[int]:
    """Take `count` unused ids. SQLite counts on from the last one ever given, so that no id is given twice."""
    if database.is_postgres():
        sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        return [row[0] for row in run(sql, [table, count])]
    found = run("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    last = found[0][0] if found else 0
    return list(range(last + 1, last + count + 1))
