"""What differs between the standings wanted and those stored, in the local DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from regulars.standings.services.wanted import COLUMNS

_LISTED = ", ".join(f'"{column}"' for column in COLUMNS)


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(
    connection: duckdb.DuckDBPyConnection, as_of: date, last: date | None
) -> tuple[int, Iterable[tuple[object, ...]]]:
    """Give how many standings differ from what is stored, and they: the row and four marks.

    The marks: is anything of group and grades new; the group before (null for newcomers); did the new row, not time
    alone, make them slip; are they won back. `last` is the day of the last grading.
    """
    fresh = f"SELECT {_LISTED} FROM wanted EXCEPT SELECT {_LISTED} FROM standings"
    connection.execute(f"CREATE TABLE differing AS {fresh}")
    [(total,)] = connection.execute("SELECT count(*) FROM differing").fetchall()
    same = " AND ".join(f'd."{c}" IS NOT DISTINCT FROM s."{c}"' for c in ("group", "r", "f", "m"))
    picks = ", ".join(f'd."{column}"' for column in COLUMNS)
    had_slipped = "coalesce(s.slips_on <= $last, false)"
    rows = connection.cursor().execute(
        f"""
        SELECT {picks}, s.person_id IS NULL OR NOT ({same}), s."group",
               s.person_id IS NOT NULL AND NOT {had_slipped} AND coalesce(d.slips_on <= $last, false),
               {had_slipped} AND d.last_on > s.last_on AND coalesce(d.slips_on > $day, true)
        FROM differing d LEFT JOIN standings s USING (person_id) ORDER BY d.person_id
        """,
        {"last": last or date.min, "day": as_of},
    )
    return total, iter(rows.fetchone, None)


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
