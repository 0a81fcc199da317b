"""Columns of a sheet into the fields of the catalogue, as clean text, one table row a sheet row."""

from __future__ import annotations

import codecs
import csv
import mmap
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import IO

import duckdb
from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.reading import Sheet, UnreadableFile
from regulars.intake.reading.headers import SUMS
from regulars.intake.staging.wide import TEXTS, kept, offer
from regulars.kit.cells import SIGNS, UNSEEN

LARGEST_BYTES, LOOK_EVERY = 6 * 1024 * 1024 * 1024, 1_000
BIG = 8 * 1024 * 1024
UNICODE = frozenset({"utf-8", "utf-8-sig"})
KEPT_ALL = frozenset({"phone", "phone_2", "email_2"})
PROTECTED = f"(?s)^(?:=\"(.*)\"|'('*(?:[\\t\\r\\n]|[{UNSEEN}]*[0-9{SIGNS}]).*))$"
NUMBERS = ("order_id", "refers_to", "person_id")
NAMES = ("full_name", "given_name", "family_name", "item")
NEVER_SEEN = "[\u200b\u200e\u200f\u2060\ufeff]"
BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
ODD_LINE = re.compile(rb"\n[ \t,;|\"]*(?:\r?\n|(?:%s)\s*:?\"?[,;\t|])" % SUMS.encode(), re.IGNORECASE)
ODD_BYTES = b"\r\r", b"\0"  # looked for apart: each at the speed of memory
Columns = Mapping[str, Sequence[int]]


def load(con: DuckDBPyConnection, sheet: Sheet, columns: Columns, folder: Path, path: Path | None = None) -> int:
    """Make `entry` (every field as text or NULL) and `entry_row`, the filled ones with place, row_number and surplus;
    returns how many rows there are.

    `columns` gives the places of a field's columns, the preferred one first; the first filled one counts. A big plain
    file is read by DuckDB itself; what it stumbles over, and everything else, row by row.
    """
    if path is not None and _is_read_straight(con, sheet, columns, folder, path):
        numbers = f"rowid AS place, (rowid + {(sheet.header_row or 0) + 1})::INTEGER AS row_number, 0 AS surplus, *"
    else:
        _row_by_row(con, sheet, columns, folder)
        numbers = "*"
    con.execute(f"CREATE VIEW entry_row AS SELECT {numbers} FROM entry_table")
    if sheet.kind != "json":
        _uncover(con, columns)
    offer(con, "entry", TEXTS)
    found = con.execute("SELECT count(*) FROM entry").fetchone()
    return int(found[0]) if found else 0


def _is_read_straight(con: DuckDBPyConnection, sheet: Sheet, columns: Columns, folder: Path, path: Path) -> bool:
    """Let DuckDB read a big plain text; one in older letters is written again in UTF-8 first."""
    has_header_on_top = sheet.kind == "text" and sheet.header_row == 1
    if not has_header_on_top or len(sheet.separator) != 1 or sheet.separator == " " or path.stat().st_size < BIG:
        return False
    if sheet.encoding in UNICODE:
        return _is_plain(path) and _straight(con, sheet, columns, path)
    rewritten = folder / "rewritten.csv"
    try:
        with (
            path.open(encoding=sheet.encoding, errors="replace", newline="") as old,
            rewritten.open("w", encoding="utf-8", errors="replace", newline="") as new,
        ):
            shutil.copyfileobj(old, new, BIG)
        return _is_plain(rewritten) and _straight(con, sheet, columns, rewritten)
    finally:
        rewritten.unlink(missing_ok=True)


def _is_plain(path: Path) -> bool:
    """Without blank lines, which would put the row numbers out of step, without the header once more and without totals."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        header = content.readline().rstrip(b"\r\n").removeprefix(codecs.BOM_UTF8)
        is_odd = any(content.find(odd) >= 0 for odd in (b"\n" + header, *ODD_BYTES))
        return not is_odd and ODD_LINE.search(content) is None


def _straight(con: DuckDBPyConnection, sheet: Sheet, columns: Columns, path: Path) -> bool:
    """Let DuckDB read the file; False when a row is not as wide as the header or a quotation mark is odd.

    The rows keep the file's order, so that the table's own `rowid` counts them: to number them while they are read would
    leave the reading and the writing to one core.
    """
    names = {f"c{place}": "VARCHAR" for place in range(sheet.width)}
    try:
        con.execute("SET preserve_insertion_order = true")
        con.execute(
            f"CREATE TABLE entry_table AS SELECT {_fields(columns, _bare)}"
            " FROM read_csv(?, header=false, skip=1, delim=?, quote='\"', escape='\"', columns=?, strict_mode=true,"
            " null_padding=false, max_line_size=33554432)",
            [str(path), sheet.separator, names],
        )
    except duckdb.Error:
        return False
    finally:
        con.execute("SET preserve_insertion_order = false")
    return True


def _bare(place: int) -> str:
    """Without outer blanks. Most cells have none, and looking at both ends costs a quarter of taking them off."""
    cell = f"c{place}"
    has_some = f"{cell} < '!' OR {cell}[-1] <= ' ' OR starts_with({cell}, chr(160)) OR ends_with({cell}, chr(160))"
    return f"nullif(CASE WHEN {has_some} THEN trim({cell}, {BLANKS}) ELSE {cell} END, '')"


def _row_by_row(con: DuckDBPyConnection, sheet: Sheet, columns: Columns, folder: Path) -> None:
    """Write the wanted cells of every row to a plain file first, with its number and what it has too much."""
    places = list(dict.fromkeys(place for found in columns.values() for place in found))
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file, lineterminator="\n").writerows(_bounded(_picked(sheet, places), file, sheet.kind))
    types = {"place": "BIGINT", "row_number": "INTEGER", "surplus": "INTEGER"} | {
        f"c{place}": "VARCHAR" for place in places
    }
    con.execute(
        f"CREATE TABLE entry_table AS SELECT place, row_number, surplus, {_fields(columns, 'c{}'.format)} FROM read_csv(?,"
        " auto_detect=false, header=false, delim=',', quote='\"', escape='\"', columns=?, new_line='\\n', max_line_size=33554432, buffer_size=67108864)",
        [str(path), types],
    )
    path.unlink()


def _bounded(rows: Iterator[tuple[object, ...]], file: IO[str], kind: str) -> Iterator[tuple[object, ...]]:
    """The same rows. What is packed can grow without end: a table of one value, said a billion times."""
    for number, row in enumerate(rows):
        if number % LOOK_EVERY == 0 and kind != "text" and os.fstat(file.fileno()).st_size > LARGEST_BYTES:
            raise UnreadableFile(
                _("What is in this file is far too large once it is unpacked. Split it, by year for example.")
            )
        yield row


def _picked(sheet: Sheet, places: list[int]) -> Iterator[tuple[object, ...]]:
    """Yield place, number, surplus cells and the wanted cells of each row, without outer blanks."""
    width = sheet.width
    pick = itemgetter(*places) if len(places) > 1 else None
    for place, (number, cells) in enumerate(sheet.rows()):
        surplus = sum(1 for cell in cells[width:] if cell.strip()) if len(cells) > width else 0
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        wanted = pick(cells) if pick else tuple(cells[column] for column in places)
        yield (place, number, surplus, *(cell.strip().replace("\0", "") for cell in wanted))


def _fields(columns: Columns, cell: object) -> str:
    """The fields that columns fill, and those that a judge may."""
    assert callable(cell)
    parts = []
    for field in kept({field for field, found in columns.items() if found}):
        filled = [cell(place) for place in columns.get(field, ())]
        if not filled:
            parts.append(f"NULL::VARCHAR AS {field}")
        elif field in KEPT_ALL:
            parts.append(f"nullif(concat_ws(' ::: ', {', '.join(filled)}), '') AS {field}")
        else:
            parts.append(f"coalesce({', '.join(filled)}) AS {field}")
    return ", ".join(parts)


def put_plus_before(con: DuckDBPyConnection, field: str) -> None:
    """Give numbers that begin with their country the + that says so."""
    bare = r"(^| ::: )([1-9][0-9]{7,14})\b"
    con.execute(f"UPDATE entry_table SET {field} = regexp_replace({field}, ?, '\\1+\\2', 'g')", [bare])


def _uncover(con: DuckDBPyConnection, columns: Columns) -> None:
    """Take off what a program put before a value to keep a spreadsheet from changing it: '00123 and ="00123"; and what
    nobody sees in numbers and around names."""
    around = f"^{NEVER_SEEN}+|{NEVER_SEEN}+$"
    for fields, unseen, seen in ((NUMBERS, NEVER_SEEN, "."), (NAMES, around, r"[\pL\pN]")):
        for field in (field for field in fields if columns.get(field)):
            con.execute(
                f"UPDATE entry_table SET {field} = nullif(trim(regexp_replace({field}, ?, '', 'g')), '')"
                f" WHERE regexp_matches({field}, ?) AND regexp_matches({field}, ?)",
                [unseen, unseen, seen],
            )
    for field in (field for field, found in columns.items() if found):
        con.execute(
            f"UPDATE entry_table SET {field} = nullif(coalesce(nullif(regexp_extract({field}, ?, 1), ''), regexp_extract({field}, ?, 2)), '')"
            f" WHERE (starts_with({field}, '''') OR starts_with({field}, '=\"')) AND regexp_matches({field}, ?)",
            [PROTECTED, PROTECTED, PROTECTED],
        )
