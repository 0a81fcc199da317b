"""Parquet, as data warehouses and newer tools write it: read through DuckDB, every value as a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from regulars.intake.reading.sheets import Row, UnreadableFile

MAGIC = b"PAR1"
AT_ONCE = 2_000
MOST_ROWS = 30_000_000


def header_of(path: Path) -> list[str]:
    """Return the names of the columns. Refused where a small file says that it holds more rows than a shop can have."""
    with duckdb.connect(":memory:") as con:
        counted = _run(con, "SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(?)", path).fetchone()
        if counted and counted[0] > MOST_ROWS:
            raise UnreadableFile(
                _("This file holds %(n)s rows, and at most %(most)s come in at once. Split it, by year for example.")
                % {"n": f"{counted[0]:,}", "most": f"{MOST_ROWS:,}"}
            )
        return [str(name) for name, *_rest in _run(con, "DESCRIBE SELECT * FROM read_parquet(?)", path).fetchall()]


def rows(path: Path) -> Iterator[Row]:
    """Yield every row; the first is 1."""
    number = 0
    with duckdb.connect(":memory:") as con:
        found = _run(con, "SELECT * FROM read_parquet(?)", path)
        while block := _next(found):
            for row in block:
                number += 1
                yield number, [_text(value) for value in row]


def _run(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> duckdb.DuckDBPyConnection:
    try:
        con.execute("SET TimeZone = 'UTC'")
        return con.execute(sql, [str(path)])
    except duckdb.Error as fault:
        raise UnreadableFile(_("This Parquet file is damaged. Export it again, or as CSV.")) from fault


def _next(found: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    try:
        return found.fetchmany(AT_ONCE)
    except (duckdb.Error, ValueError, OverflowError) as fault:
        raise UnreadableFile(_("This Parquet file is damaged. Export it again, or as CSV.")) from fault


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return ", ".join(map(str, value))
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
