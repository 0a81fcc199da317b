"""What differs between the standings wanted and those stored, in the local DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np

from regulars.standings.copying import quoted
from regulars.standings.services.wanted import COLUMNS

SLICE = 20_000
LAID = "wanted_rows"
_LISTED = ", ".join(f'"{column}"' for column in COLUMNS)
_MARKS = ("person_id", "group", "group_before", "is_moved", "is_regraded", "has_slipped", "is_back")


class Change(NamedTuple):
    """One standing that differs, and what is new about it.

    `is_moved`: it is new, or in another group, or slips on another day (what the indexes hold). `is_regraded`: anything
    of group and grades is new. `group_before` is missing for newcomers. `has_slipped`: the new row, not time alone,
    made them slip. `row` is the row as it is stored, as a line of CSV, or its place in the file that was laid beside
    the database.
    """

    person_id: int
    group: str
    group_before: str | None
    is_moved: bool
    is_regraded: bool
    has_slipped: bool
    is_back: bool
    row: Any


@dataclass(frozen=True)
class Differing:
    """The standings that differ from what is stored, by person: a table of the local connection."""

    connection: duckdb.DuckDBPyConnection
    as_of: date
    total: int

    def changes(self) -> Iterator[Change]:
        """Give them with their rows, read column by column, which is many times quicker than row by row."""
        return _ahead(_together(marks, zip(*data, strict=True)) for marks, data in self._slices(*self._stored()))

    def places(self) -> Iterator[Change]:
        """Give them with the places of their rows in the file of `lay_beside`."""
        return _ahead(_together(marks, places) for marks, [places] in self._slices("rowid + 1 AS place"))

    def lines(self, path: Path) -> Iterator[Change]:
        """Give them with their rows as lines of CSV (`line_columns`); the file at `path` is only there meanwhile."""
        return _ahead(
            _together(marks, self._as_text(path, places[0], places[-1]))
            for marks, [places] in self._slices("rowid AS place")
        )

    @property
    def line_columns(self) -> tuple[str, ...]:
        """The columns of a line, in turn."""
        return (*COLUMNS, "as_of", "is_moved", "is_regraded")

    def _as_text(self, path: Path, first: int, last: int) -> list[str]:
        rows = f"SELECT {', '.join(self._stored())}, is_moved, is_regraded FROM differing"
        self.connection.cursor().execute(
            f"COPY ({rows} WHERE rowid BETWEEN {first} AND {last} ORDER BY rowid)"
            f" TO {quoted(str(path))} (FORMAT csv, HEADER false)"
        )
        try:
            return path.read_text(encoding="utf-8").splitlines(keepends=True)
        finally:
            path.unlink()

    def lay_beside(self, path: Path) -> None:
        """Write all rows into a new SQLite file, as the table `LAID` in order, and close it.

        The driver brings its own SQLite: nothing else may have this file open meanwhile.
        """
        import adbc_driver_manager
        import adbc_driver_sqlite

        path.unlink(missing_ok=True)
        rows = self.connection.sql(
            f"SELECT {', '.join(self._stored())}, is_moved, is_regraded FROM differing ORDER BY rowid"
        )
        with (
            adbc_driver_sqlite.connect(str(path)) as database,
            adbc_driver_manager.AdbcConnection(database) as link,
            adbc_driver_manager.AdbcStatement(link) as statement,
        ):
            statement.set_options(**{"adbc.ingest.target_table": LAID, "adbc.ingest.mode": "adbc.ingest.mode.create"})
            statement.bind_stream(rows)
            statement.execute_update()  # rowid from 1 on

    def _stored(self) -> list[str]:
        """Days become the text that is stored."""
        kinds = {name: kind for name, kind, *_ in self.connection.execute("DESCRIBE differing").fetchall()}
        picks = [f'"{name}"::VARCHAR AS "{name}"' if kinds[name] == "DATE" else f'"{name}"' for name in COLUMNS]
        return [*picks, f"'{self.as_of.isoformat()}' AS as_of"]

    def _slices(self, *picks: str) -> Iterator[tuple[list[list[Any]], list[list[Any]]]]:
        """Read the marks and some columns, a slice at a time."""
        link, marks = self.connection.cursor(), [f'"{name}" AS mark_{name}' for name in _MARKS]
        for start in range(0, self.total, SLICE):
            found = link.execute(
                f"SELECT {', '.join([*marks, *picks])} FROM differing WHERE rowid >= {start}"
                f" AND rowid < {start + SLICE} ORDER BY rowid"
            ).fetchnumpy()
            columns = [_listed(column) for column in found.values()]
            yield columns[: len(marks)], columns[len(marks) :]


def _together(marks: list[list[Any]], rows: Iterable[Any]) -> list[Change]:
    return [*map(Change._make, zip(*marks, rows, strict=True))]


def _ahead(slices: Iterator[list[Change]]) -> Iterator[Change]:
    """Give what is in them, and have the next one made while the database takes this one."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, slices, None)
        while (found := coming.result()) is not None:
            coming = pool.submit(next, slices, None)
            yield from found


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(connection: duckdb.DuckDBPyConnection, as_of: date, last: date | None) -> Differing:
    """Find the standings that differ from what is stored. `last` is the day of the last grading."""
    fresh = f"SELECT {_LISTED} FROM wanted EXCEPT SELECT {_LISTED} FROM standings"
    picks = ", ".join(f'd."{column}"' for column in COLUMNS)
    had_slipped = "coalesce(s.slips_on <= $last, false)"
    connection.execute(
        f"""
        CREATE TABLE differing AS
        SELECT {picks}, s.person_id IS NULL OR NOT ({_same("group", "slips_on")}) AS is_moved,
               s.person_id IS NULL OR NOT ({_same("group", "r", "f", "m")}) AS is_regraded, s."group" AS group_before,
               s.person_id IS NOT NULL AND NOT {had_slipped} AND coalesce(d.slips_on <= $last, false) AS has_slipped,
               {had_slipped} AND d.last_on > s.last_on AND coalesce(d.slips_on > $day, true) AS is_back
        FROM ({fresh}) d LEFT JOIN standings s USING (person_id) ORDER BY d.person_id
        """,
        {"last": last or date.min, "day": as_of},
    )
    [(total,)] = connection.execute("SELECT count(*) FROM differing").fetchall()
    return Differing(connection, as_of, int(total))


def _same(*columns: str) -> str:
    return " AND ".join(f'd."{column}" IS NOT DISTINCT FROM s."{column}"' for column in columns)


def _listed(column: Any) -> list[Any]:
    """Give a column as a list, None where something is missing."""
    if not np.ma.isMaskedArray(column):
        return list(column.tolist())
    plain = column.data.astype(object)
    plain[np.ma.getmaskarray(column)] = None
    return list(plain.tolist())


def slipped_since(connection: duckdb.DuckDBPyConnection, last: date | None, as_of: date) -> list[int]:
    """Give the people who slipped because time went by since the last grading; nobody at the first one."""
    if last is None:
        return []
    rows = connection.execute(
        "SELECT person_id FROM wanted WHERE slips_on > ? AND slips_on <= ? ORDER BY 1", [last, as_of]
    )
    return [person_id for (person_id,) in rows.fetchall()]


def gone(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """Give the people who have a stored standing and should have none, and the group they stood in."""
    return connection.execute(
        'SELECT person_id, "group" FROM standings s ANTI JOIN wanted w USING (person_id) ORDER BY 1'
    ).fetchall()
