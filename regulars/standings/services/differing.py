"""What differs between the standings wanted and those stored, in the local DuckDB connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from regulars.standings.copying import quoted
from regulars.standings.services.portions import Lines, Portion
from regulars.standings.services.wanted import COLUMNS

SLICE = 20_000
LAID_AT_ONCE = 100_000  # of all at once Arrow would hold a copy
LAID = "wanted_rows"
STORED = (*COLUMNS, "as_of")
MONTHLY = ("person_id", "group", "r", "f", "m")
_MARKS = ("person_id", "is_new", "is_moved", "is_regraded", "is_regrouped", "has_slipped", "is_back")
Take = Callable[[int, int], list[Portion]]
Held = Callable[[int, int, Portion], Any]


@dataclass(frozen=True)
class Differing:
    """The standings that differ from what is stored, by person: a table of the local connection.

    Each way to read gives, as long as the block lasts, what takes the portions of some rows, counted from 0 and in
    turn; the next slice is made while the database takes this one.
    """

    connection: duckdb.DuckDBPyConnection
    as_of: date
    total: int

    @contextmanager
    def rows(self) -> Iterator[Take]:
        """Portions hold rows as they are stored, in the columns `STORED`."""
        picks = ", ".join(self._stored())

        def held(first: int, before: int, _portion: Portion) -> list[Any]:
            return self._fetched(picks, first, before)

        with self._ahead(held) as take:
            yield take

    @contextmanager
    def places(self) -> Iterator[Take]:
        """Portions only hold where their rows are in the file of `lay_beside`."""
        with self._ahead(lambda _first, _before, _portion: None) as take:
            yield take

    @contextmanager
    def lines(self, path: Path) -> Iterator[Take]:
        """Portions hold `Lines`; the file at `path` is only there meanwhile."""
        stored, marks = ", ".join(self._stored()), ", is_moved, is_regraded"
        months = ", ".join([*(f'"{name}"' for name in MONTHLY), f"'{self.as_of.replace(day=1).isoformat()}'"])

        def held(first: int, before: int, portion: Portion) -> Lines:
            if portion.all("is_new"):
                return Lines(self._as_text(stored, path, first, before), self._as_text(months, path, first, before))
            return Lines(self._as_text(stored + marks, path, first, before), None)

        with self._ahead(held) as take:
            yield take

    @contextmanager
    def _ahead(self, held: Held) -> Iterator[Take]:
        coming: dict[int, Future[Portion]] = {}
        with ThreadPoolExecutor(1) as pool:

            def slice_of(number: int) -> Portion:
                for one in (number, number + 1):
                    if one not in coming and one * SLICE < self.total:
                        coming[one] = pool.submit(self._slice, one * SLICE, held)
                for one in [one for one in coming if one < number]:
                    del coming[one]
                return coming[number].result()

            def take(first: int, last: int) -> list[Portion]:
                slices = map(slice_of, range(first // SLICE, last // SLICE + 1))
                return [portion.cut(first, last) for portion in slices]

            yield take

    def _slice(self, first: int, held: Held) -> Portion:
        before = min(first + SLICE, self.total)
        link, marks = self.connection.cursor(), ", ".join(_MARKS)
        of_slice = f"FROM differing WHERE rowid >= {first} AND rowid < {before}"
        found = link.execute(f"SELECT {marks} {of_slice} ORDER BY rowid").fetchnumpy()
        portion = Portion(first, {mark: np.asarray(values) for mark, values in found.items()}, [])
        if portion.any("is_regrouped"):
            names = 'person_id, group_before, "group"'
            moves = link.execute(f"SELECT {names} {of_slice} AND is_regrouped ORDER BY rowid")
            portion.regrouped = moves.fetchall()
        portion.held = held(first, before, portion)
        return portion

    def _fetched(self, picks: str, first: int, before: int) -> list[Any]:
        """Read column by column, which is many times quicker than row by row."""
        found = self.connection.cursor().execute(
            f"SELECT {picks} FROM differing WHERE rowid >= {first} AND rowid < {before} ORDER BY rowid"
        )
        return [*zip(*map(_listed, found.fetchnumpy().values()), strict=True)]

    def _as_text(self, picks: str, path: Path, first: int, before: int) -> bytes:
        self.connection.cursor().execute(
            f"COPY (SELECT {picks} FROM differing WHERE rowid >= {first} AND rowid < {before} ORDER BY rowid)"
            f" TO {quoted(str(path))} (FORMAT csv, HEADER false)"
        )
        try:
            return path.read_bytes()
        finally:
            path.unlink()

    def lay_beside(self, path: Path) -> None:
        """Write all rows into a new SQLite file, as the table `LAID` in order, and close it.

        The driver brings its own SQLite: nothing else may have this file open meanwhile.
        """
        import adbc_driver_manager
        import adbc_driver_sqlite

        path.unlink(missing_ok=True)
        picks, modes = f"{', '.join(self._stored())}, is_moved, is_regraded", chain(["create"], repeat("append"))
        with (
            adbc_driver_sqlite.connect(str(path)) as database,
            adbc_driver_manager.AdbcConnection(database) as link,
        ):
            for first, mode in zip(range(0, self.total, LAID_AT_ONCE), modes, strict=False):
                rows = self.connection.sql(
                    f"SELECT {picks} FROM differing WHERE rowid >= {first} AND rowid < {first + LAID_AT_ONCE}"
                    " ORDER BY rowid"
                )
                with adbc_driver_manager.AdbcStatement(link) as statement:
                    statement.set_options(
                        **{"adbc.ingest.target_table": LAID, "adbc.ingest.mode": f"adbc.ingest.mode.{mode}"}
                    )
                    statement.bind_stream(rows)
                    statement.execute_update()  # rowid from 1 on

    def forget(self) -> None:
        """Make room for what comes after writing."""
        self.connection.execute("DROP TABLE differing")

    def _stored(self) -> list[str]:
        """Days become the text that is stored."""
        kinds = {name: kind for name, kind, *_ in self.connection.execute("DESCRIBE differing").fetchall()}
        picks = [f'"{name}"::VARCHAR AS "{name}"' if kinds[name] == "DATE" else f'"{name}"' for name in COLUMNS]
        return [*picks, f"'{self.as_of.isoformat()}' AS as_of"]


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(connection: duckdb.DuckDBPyConnection, as_of: date, last: date | None) -> Differing:
    """Find the standings that differ from what is stored. `last` is the day of the last grading."""
    picks = ", ".join(f'd."{column}"' for column in COLUMNS)
    had_slipped = "coalesce(s.slips_on <= $last, false)"
    connection.execute(
        f"""
        CREATE TABLE differing AS
        SELECT {picks}, s.person_id IS NULL AS is_new,
               s.person_id IS NULL OR NOT ({_same("group", "slips_on")}) AS is_moved,
               s.person_id IS NULL OR NOT ({_same("group", "r", "f", "m")}) AS is_regraded,
               s.person_id IS NOT NULL AND s."group" IS DISTINCT FROM d."group" AS is_regrouped,
               s."group" AS group_before,
               s.person_id IS NOT NULL AND NOT {had_slipped} AND coalesce(d.slips_on <= $last, false) AS has_slipped,
               coalesce({had_slipped} AND d.last_on > s.last_on AND coalesce(d.slips_on > $day, true), false) AS is_back
        FROM wanted d LEFT JOIN standings s USING (person_id)
        WHERE s.person_id IS NULL OR NOT ({_same(*COLUMNS[1:])}) ORDER BY d.person_id
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
