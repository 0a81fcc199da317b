"""All rows of all tables, in and out, in a form that both databases can take (PostgreSQL's COPY text)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection

NULL = "\\N"
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
_ESCAPES = str.maketrans(_ESCAPED)
_PLAIN = {escaped[1]: plain for plain, escaped in _ESCAPED.items()}


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns in the order in which their values stand in a line."""

    name: str
    columns: tuple[str, ...]

    def quoted(self) -> tuple[str, str]:
        quote = connection.ops.quote_name
        return quote(self.name), ", ".join(quote(column) for column in self.columns)


def line_of(values: Iterable[str | None]) -> bytes:
    return ("\t".join(NULL if value is None else value.translate(_ESCAPES) for value in values) + "\n").encode()


def values_of(line: bytes) -> list[str | None]:
    fields = line.decode().rstrip("\n").split("\t")
    return [None if field == NULL else _unescaped(field) for field in fields]


def file_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _unescaped(field: str) -> str:
    if "\\" not in field:
        return field
    parts, pieces = iter(field), []
    for character in parts:
        if character == "\\":
            following = next(parts)
            pieces.append(_PLAIN.get(following, following))
        else:
            pieces.append(character)
    return "".join(pieces)


# PostgreSQL


def postgres_tables() -> list[Table]:
    """Every table of this database, by name, with its columns that are not computed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position) "
            "FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' "
            "GROUP BY c.table_name ORDER BY c.table_name"
        )
        return [Table(name, tuple(columns)) for name, columns in cursor.fetchall()]


def postgres_types(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = %s",
            [table],
        )
        return dict(cursor.fetchall())


def copy_out(table: Table, sink: BinaryIO) -> int:
    """Write a PostgreSQL table's rows as lines; returns how many."""
    name, columns = table.quoted()
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) TO STDOUT") as rows:
        count = 0
        for block in rows:
            sink.write(block)
            count += bytes(block).count(b"\n")
        return count


def copy_in(table: Table, lines: Iterable[bytes]) -> None:
    """Read lines into a PostgreSQL table and set its numbering behind the highest id."""
    name, columns = table.quoted()
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
            for line in lines:
                copy.write(line)
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')",
            [table.name],
        )
        for (column,) in cursor.fetchall():
            sequence = "pg_get_serial_sequence(%s, %s)"
            highest = f"(SELECT max({connection.ops.quote_name(column)}) FROM {name})"
            cursor.execute(f"SELECT setval({sequence}, COALESCE({highest}, 1), {highest} IS NOT NULL)", [name, column])


# SQLite


def sqlite_tables(link: sqlite3.Connection) -> list[Table]:
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [
        Table(name, tuple(row[1] for row in link.execute(f'PRAGMA table_info("{name}")')))
        for (name,) in link.execute(named).fetchall()
    ]


def sqlite_types(link: sqlite3.Connection, table: str) -> dict[str, str]:
    return {row[1]: row[2].lower().split("(")[0] for row in link.execute(f'PRAGMA table_info("{table}")')}


def sqlite_lines(path: Path, table: Table, types: dict[str, str]) -> Iterator[bytes]:
    """A SQLite table's rows as lines for PostgreSQL, whose column types are `types`."""
    convert = [_FOR_POSTGRES.get(types[column], str) for column in table.columns]
    name, columns = table.quoted()
    link = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for row in link.execute(f"SELECT {columns} FROM {name}"):
            pairs = zip(convert, row, strict=True)
            yield line_of(None if value is None else turn(value) for turn, value in pairs)
    finally:
        link.close()


def fill_sqlite(link: sqlite3.Connection, table: Table, lines: Iterable[bytes]) -> None:
    """Lines from PostgreSQL into a SQLite table, each value as Django writes it there."""
    types = sqlite_types(link, table.name)
    convert = [_FOR_SQLITE.get(types[column], _same) for column in table.columns]
    name, columns = table.quoted()
    marks = ", ".join("?" * len(table.columns))
    rows = (
        [None if value is None else turn(value) for turn, value in zip(convert, values_of(line), strict=True)]
        for line in lines
    )
    link.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)


def _same(value: str) -> Any:
    return value


def _moment_for_sqlite(value: str) -> str:
    """2026-03-04 12:00:00.5+00 becomes the naive UTC text that Django's SQLite backend keeps."""
    from datetime import UTC, datetime

    return str(datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None))


_FOR_POSTGRES: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: "t" if value else "f",
    "timestamp with time zone": lambda value: f"{value}+00",
    "bytea": lambda value: f"\\x{bytes(value).hex()}",
}
_FOR_SQLITE: dict[str, Callable[[str], Any]] = {
    "bool": lambda value: int(value == "t"),
    "datetime": _moment_for_sqlite,
    "blob": lambda value: bytes.fromhex(value.removeprefix("\\x")),
    "integer": int,
    "bigint": int,
    "smallint": int,
    "real": float,
}
