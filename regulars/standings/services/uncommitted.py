"""Read through the caller's own connection: what an open transaction has written, nobody else can see."""

from __future__ import annotations

import itertools

import duckdb

from regulars.kit import database

_numbers = itertools.count(1)


class CallersReader:
    """For small things: every value passes through Python."""

    def rows(
        self, connection: duckdb.DuckDBPyConnection, statement: str, names: tuple[str, ...]
    ) -> duckdb.DuckDBPyRelation:
        with database.connection().cursor() as cursor:
            cursor.execute(statement)
            found = cursor.fetchall()
        columns = list(zip(*found, strict=True)) or [() for _ in names]
        picks = ", ".join(f'unnest(${n}::VARCHAR[]) AS "{name}"' for n, name in enumerate(names, start=1))
        table = f"callers_{next(_numbers)}"
        texts = [[None if value is None else str(value) for value in column] for column in columns]
        connection.execute(f"CREATE TABLE {table} AS SELECT {picks}", texts)
        return connection.table(table)
