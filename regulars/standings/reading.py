"""Read the owner's database by ADBC, in a process that does nothing else: `python -m regulars.standings.reading`.

A process of its own because the driver brings its own SQLite: two copies of SQLite on one file in one process undo each
other's locks. Takes one JSON object on standard input and answers with one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import adbc_driver_manager
import duckdb

from regulars.standings.copying import Wanted, as_json, bring_up_to_date


class AdbcReader:
    """Hands the driver's Arrow stream to DuckDB as it comes; nothing of it becomes a Python object."""

    def __init__(self, uri: str, *, is_postgres: bool) -> None:
        if is_postgres:
            import adbc_driver_postgresql as driver
        else:
            import adbc_driver_sqlite as driver
        self._link = adbc_driver_manager.AdbcConnection(driver.connect(uri))

    def rows(
        self, connection: duckdb.DuckDBPyConnection, statement: str, names: tuple[str, ...]
    ) -> duckdb.DuckDBPyRelation:
        query = adbc_driver_manager.AdbcStatement(self._link)
        query.set_sql_query(statement)
        given = connection.from_arrow(query.execute_query()[0])
        renamed = ", ".join(f'"{was}" AS "{name}"' for was, name in zip(given.columns, names, strict=True))
        return given.project(renamed)


def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    reader = AdbcReader(asked["uri"], is_postgres=asked["is_postgres"])
    sys.stdout.write(as_json(bring_up_to_date(Wanted(**asked["wanted"]), reader)))


if __name__ == "__main__":
    main()
