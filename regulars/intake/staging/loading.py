"""Columns of a sheet into the fields of the catalogue, as clean text, one table row a sheet row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

from duckdb import DuckDBPyConnection

from regulars.intake.reading import Sheet
from regulars.intake.staging.wide import TEXTS, kept, offer

KEPT_ALL = frozenset({"phone", "phone_2", "email_2"})
PROTECTED = r"^(?:=\"(.*)\"|''?([0-9+=@\-].*))$"


def load(con: DuckDBPyConnection, sheet: Sheet, columns: Mapping[str, Sequence[int]], folder: Path) -> int:
    """Make `entry` (place, row_number, surplus, every field as text or NULL); returns how many rows there are.

    `columns` gives the places of a field's columns, the preferred one first; the first filled one counts.
    """
    places = [(field, place) for field, found in columns.items() for place in found]
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_picked(sheet, [place for _, place in places]))
    _read(con, path, [f"{field}_{place}" for field, place in places])
    path.unlink()
    con.execute(f"CREATE TABLE entry_table AS SELECT place, row_number, surplus, {_fields(columns)} FROM loaded")  # noqa: S608
    con.execute("DROP TABLE loaded")
    offer(con, "entry", TEXTS)
    return _count(con)


def _picked(sheet: Sheet, places: list[int]) -> Iterator[tuple[object, ...]]:
    """Yield place, number, surplus cells and the wanted cells of each row."""
    width = sheet.width
    pick = itemgetter(*places) if len(places) > 1 else None
    for place, (number, cells) in enumerate(sheet.rows()):
        surplus = sum(1 for cell in cells[width:] if cell.strip()) if len(cells) > width else 0
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        wanted = pick(cells) if pick else tuple(cells[place] for place in places)
        if any("\0" in cell for cell in wanted):
            wanted = tuple(cell.replace("\0", "") for cell in wanted)
        yield (place, number, surplus, *wanted)


def _read(con: DuckDBPyConnection, path: Path, names: list[str]) -> None:
    types = {"place": "BIGINT", "row_number": "INTEGER", "surplus": "INTEGER"} | dict.fromkeys(names, "VARCHAR")
    con.execute(
        "CREATE TABLE loaded AS SELECT * FROM read_csv(?, header=false, delim=',', quote='\"', escape='\"', columns=?,"
        " max_line_size=33554432, buffer_size=67108864)",
        [str(path), types],
    )


def _fields(columns: Mapping[str, Sequence[int]]) -> str:
    """The fields that columns fill, and those that a judge may."""
    parts = []
    for field in kept({field for field, found in columns.items() if found}):
        filled = [_clean(f'"{field}_{place}"') for place in columns.get(field, ())]
        together = (
            f"nullif(concat_ws(' ::: ', {', '.join(filled)}), '')"
            if field in KEPT_ALL
            else f"coalesce({', '.join(filled)})"
        )
        parts.append(f"{together} AS {field}" if filled else f"NULL::VARCHAR AS {field}")
    return ", ".join(parts)


def _clean(column: str) -> str:
    """Outer blanks go, and what a program put before a value to keep a spreadsheet from changing it ('00123, ="00123")."""
    trimmed = f"trim({column}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))"
    bare = f"coalesce(nullif(regexp_extract({trimmed}, '{PROTECTED.replace(chr(39), chr(39) * 2)}', 1), ''), nullif(regexp_extract({trimmed}, '{PROTECTED.replace(chr(39), chr(39) * 2)}', 2), ''))"
    is_protected = f"(starts_with({trimmed}, '''') OR starts_with({trimmed}, '=\"'))"
    return f"nullif(CASE WHEN {is_protected} THEN coalesce({bare}, {trimmed}) ELSE {trimmed} END, '')"


def _count(con: DuckDBPyConnection) -> int:
    found = con.execute("SELECT count(*) FROM entry").fetchone()
    return int(found[0]) if found else 0
