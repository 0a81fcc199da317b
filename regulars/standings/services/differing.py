"""What differs between the standings wanted and those stored, in the local DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np

from regulars.standings.services.wanted import COLUMNS

SLICE = 20_000
_LISTED = ", ".join(f'"{column}"' for column in COLUMNS)


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(
    connection: duckdb.DuckDBPyConnection, as_of: date, last: date | None
) -> tuple[int, Iterable[tuple[object, ...]]]:
    """Give how many standings differ from what is stored, and they: the row as it is stored, and five marks.

    The marks: is it new, or in another group, or slips on another day (what the indexes hold); is anything of group and
    grades new; the group before (null for newcomers); did the new row, not time alone, make them slip; are they won
    back. `last` is the day of the last grading.
    """
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
    return int(total), _in_slices(connection.cursor(), as_of, int(total))


def _same(*columns: str) -> str:
    return " AND ".join(f'd."{column}" IS NOT DISTINCT FROM s."{column}"' for column in columns)


def _in_slices(connection: duckdb.DuckDBPyConnection, as_of: date, total: int) -> Iterator[tuple[object, ...]]:
    """Read column by column, which is many times quicker than row by row; days become the text that is stored."""
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE differing").fetchall()}
    picks = [f'"{name}"::VARCHAR' if kind == "DATE" else f'"{name}"' for name, kind in kinds.items()]
    picks.insert(len(COLUMNS), f"'{as_of.isoformat()}'")
    for start in range(0, total, SLICE):
        found = connection.execute(
            f"SELECT {', '.join(picks)} FROM differing WHERE rowid >= {start} AND rowid < {start + SLICE}"
            " ORDER BY rowid"
        ).fetchnumpy()
        yield from zip(*(_listed(column) for column in found.values()), strict=True)


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
