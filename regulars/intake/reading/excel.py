"""Excel and OpenDocument workbooks, read as the text a spreadsheet would show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import ZipFile

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from regulars.intake.reading.sheets import DAMAGED, Row, UnreadableFile

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
LARGEST_BYTES = 768 * 1024 * 1024  # of one part, unpacked; the reader needs several times as much memory
SCANNED_BYTES = 64 * 1024 * 1024
FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
WITHOUT_RESULT = re.compile(
    rb"<c\b(?![^>]*\bt=[\"']str[\"'])[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>|</c>)"
)
Cell = int | float | str | bool | time | date | datetime | timedelta


def looks_like_a_workbook(path: Path) -> bool:
    """Say whether the bytes are a workbook, whatever the file is called."""
    with path.open("rb") as file:
        head = file.read(8)
    return any(head.startswith(mark) for mark in SIGNATURES)


@dataclass(frozen=True)
class Names:
    """The sheets that hold anything; `hidden` are those that nobody sees, and only where there are others."""

    shown: list[str]
    hidden: list[str]


def sheet_names(path: Path) -> Names:
    """Return the names of the sheets that hold anything."""
    book = _open(path)
    seen = {one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible}
    filled = [name for name in book.sheet_names if any(any(map(_text, row)) for row in _cells(book, name)[:50])]
    shown = [name for name in filled if name in seen]
    return Names(shown or filled, [name for name in filled if name not in seen] if shown else [])


@dataclass(frozen=True)
class Ways:
    """What the reader does not tell of a workbook: days counted from 1904 on, results of formulas not saved."""

    counts_from_1904: bool = False
    lacks_results: bool = False


def ways(path: Path) -> Ways:
    """Look into the parts of an .xlsx; other workbooks have no such ways, or the reader knows them."""
    try:
        with ZipFile(path) as book:
            if "xl/workbook.xml" not in book.namelist():
                return Ways()
            sheets = (one for one in book.infolist() if one.filename.startswith("xl/worksheets/sheet"))
            small = [one for one in sheets if one.file_size <= SCANNED_BYTES]
            return Ways(
                FROM_1904.search(book.read("xl/workbook.xml")) is not None,
                any(WITHOUT_RESULT.search(book.read(one)) for one in small),
            )
    except DAMAGED:
        return Ways()


def _refuse_what_unpacks_without_end(path: Path) -> None:
    try:
        with ZipFile(path) as book:
            largest = max((one.file_size for one in book.infolist()), default=0)
    except DAMAGED:
        return
    if largest > LARGEST_BYTES:
        raise UnreadableFile(
            _("This workbook is far too large once it is unpacked. Save its sheet as CSV and try that.")
        )


def rows(path: Path, sheet_name: str) -> Iterator[Row]:
    """Yield every row of one sheet with its number."""
    for number, cells in enumerate(_cells(_open(path), sheet_name), start=1):
        yield number, [_text(cell) for cell in cells]


def _open(path: Path) -> CalamineWorkbook:
    _refuse_what_unpacks_without_end(path)
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
