"""What differs between the standings wanted and those stored, in the local DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from regulars.standings.services.wanted import COLUMNS

_LISTED = ", ".join(f'"{column}"' for column in COLUMNS)


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(connection: duckdb.DuckDBPyConnection) -> tuple[int, Iterable[tuple[object, ...]]]:
    """Give how many standings differ from what is stored, and they: the row and whether it was regrouped."""
    fresh = f"SELECT {_LISTED} FROM wanted EXCEPT SELECT {_LISTED} FROM standings"
    connection.execute(f"CREATE TABLE differing AS {fresh}")
    [(total,)] = connection.execute("SELECT count(*) FROM differing").fetchall()
    same = " AND ".join(f'd."{c}" IS NOT DISTINCT FROM s."{c}"' for c in ("group", "r", "f", "m"))
    picks = ", ".join(f'd."{column}"' for column in COLUMNS)
    rows = connection.cursor().execute(
        f"SELECT {picks}, s.person_id IS NULL OR NOT ({same}) FROM differing d"
        " LEFT JOIN standings s USING (person_id) ORDER BY d.person_id"
    )
    return total, iter(rows.fetchone, None)


def gone(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Give the people who have a stored standing and should have none."""
    rows = connection.execute("SELECT person_id FROM standings s ANTI JOIN wanted w USING (person_id) ORDER BY 1")
    return [person_id for (person_id,) in rows.fetchall()]
