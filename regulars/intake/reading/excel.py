"""Excel and OpenDocument workbooks, read as the text a spreadsheet would show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from regulars.intake.reading.sheets import Row, UnreadableFile

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
Cell = int | float | str | bool | time | date | datetime | timedelta


def looks_like_a_workbook(path: Path) -> bool:
    """Say whether the bytes are a workbook, whatever the file is called."""
    with path.open("rb") as file:
        head = file.read(8)
    return any(head.startswith(mark) for mark in SIGNATURES)


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets that hold anything."""
    book = _open(path)
    return [name for name in book.sheet_names if any(any(map(_text, row)) for row in _cells(book, name)[:50])]


def rows(path: Path, sheet_name: str) -> Iterator[Row]:
    """Yield every row of one sheet with its number."""
    for number, cells in enumerate(_cells(_open(path), sheet_name), start=1):
        yield number, [_text(cell) for cell in cells]


def _open(path: Path) -> CalamineWorkbook:
    with _told_plainly():
        return CalamineWorkbook.from_path(str(path))


def _cells(book: CalamineWorkbook, sheet_name: str) -> list[list[Cell]]:
    with _told_plainly():
        sheet = book.get_sheet_by_name(sheet_name)
        cells = sheet.to_python(skip_empty_area=False)
        return with_merged(cells, sheet.merged_cell_ranges or [])


def with_merged(cells: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> list[list[Cell]]:
    """A cell that was merged over several rows says the same in each of them; over several columns it stays one."""
    for (top, left), (bottom, _right) in ranges:
        for row in cells[top + 1 : bottom + 1]:
            if left < len(row) and left < len(cells[top]):
                row[left] = cells[top][left]
    return cells


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Whatever the reader stumbles over; a damaged workbook can make it panic, which is no ordinary exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as fault:
        raise UnreadableFile(
            _(
                "This workbook cannot be opened: it may be damaged or protected by a password."
                " Save it again as CSV and try that."
            )
        ) from fault


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
