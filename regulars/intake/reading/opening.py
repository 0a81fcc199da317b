"""Open any file as a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.intake.reading import cards, delimited, encodings, excel, headers, json_rows, parquet, tagged
from regulars.intake.reading.grids import Grid
from regulars.intake.reading.sheets import Fault, Row, Sheet, UnreadableFile

SECRET = re.compile(r"password|passwd|passwort|mot de passe|(^|_)rp_token|secret|\bcvc\b|card ?number", re.IGNORECASE)
BOOKINGS = re.compile(rb'(?:\xef\xbb\xbf)?"?(?:EXTF|DTVF)"?;\d+;"?(?:21|20)"?;', re.IGNORECASE)
PACKED = (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
MOST_OTHERS = 20
HARMLESS = re.compile(r"status|check", re.IGNORECASE)


def open_sheet(
    path: Path, is_known: Callable[[str], bool], *, country: str = "", encoding: str = "", sheet: str = ""
) -> Sheet:
    """Read a file's header and offer its rows; raises UnreadableFile with a sentence when there is nothing to read.

    Columns that hold passwords and the like are emptied while reading, so that they are stored nowhere.
    """
    if path.stat().st_size == 0:
        raise UnreadableFile(_("The file is empty."))
    _refuse_what_is_no_table(path)
    if _head(path, 4) == parquet.MAGIC:
        return _parquet(path)
    if excel.looks_like_a_workbook(path):
        return _workbook(path, is_known, sheet)
    if tagged.looks_like_tags(_head(path, 4096)):
        return _tables(
            path, is_known, encodings.Encoding(encoding) if encoding else tagged.encoding_of(path, country), sheet
        )
    chosen = encodings.Encoding(encoding) if encoding else encodings.sniff(path, country)
    if cards.looks_like_cards(_head(path, 65_536)):
        return _cards(path, chosen)
    if json_rows.looks_like_json(path, chosen.name):
        return _json(path, chosen)
    return _delimited(path, is_known, chosen)


def may_hold_several(path: Path) -> bool:
    """Say whether a file may hold several lists beside each other: a workbook, or what is written in tags."""
    return excel.looks_like_a_workbook(path) or tagged.looks_like_tags(_head(path, 4096))


def _refuse_what_is_no_table(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(2048)
    if head.startswith(PACKED):
        raise UnreadableFile(_("The file is packed. Unpack it first, then take in the file inside."))
    if head.startswith(b"%PDF"):
        raise UnreadableFile(_("This is a PDF. Export the list as CSV or Excel instead."))
    if BOOKINGS.match(head):
        raise UnreadableFile(
            _(
                "This is a batch of bookings for DATEV: it names accounts, no people. Export the customers"
                " (Debitoren), or the invoices from the program that wrote it."
            )
        )


def _workbook(path: Path, is_known: Callable[[str], bool], wanted: str) -> Sheet:
    found = excel.sheet_names(path)
    names = found.shown
    if not names:
        raise UnreadableFile(_("The workbook holds no filled sheet."))
    asked = [*names, *(name for name in found.hidden if name == wanted)]  # one that is hidden only when it is named
    tops = {name: headers.find(_first(excel.rows(path, name)), is_known) for name in asked}
    best = wanted if wanted in tops else max(names, key=lambda name: _worth(tops[name], is_known))
    ways = excel.ways(path)
    return _sheet(
        partial(excel.rows, path, best),
        tops[best],
        kind="workbook",
        sheet_name=best,
        other_sheets=tuple(name for name in names if name != best),
        hidden_sheets=tuple(name for name in found.hidden if name != best),
        counts_from_1904=ways.counts_from_1904,
        lacks_results=ways.lacks_results,
    )


def _tables(path: Path, is_known: Callable[[str], bool], encoding: encodings.Encoding, wanted: str) -> Sheet:
    """A web page or Excel's XML: the table with the most names that shops use, of these the longest."""
    grids = tagged.named(tagged.read(path, encoding.name))
    if not grids:
        raise UnreadableFile(
            _("This is a web page without a table, whatever its name says. Export the list as CSV or Excel instead.")
        )
    tops = {name: headers.find(grid.rows[: delimited.SAMPLE_ROWS], is_known) for name, grid in grids.items()}
    worth = {name: _worth(top, is_known) for name, top in tops.items()}
    seen = [name for name, grid in grids.items() if not grid.is_hidden] or list(grids)
    best = wanted if wanted in grids else max(seen, key=lambda name: (worth[name], len(grids[name].rows)))
    others = [name for name in seen if name != best and _is_a_list(grids[name], worth[name])]
    return _sheet(
        partial(_fresh, grids[best]),
        tops[best],
        kind="workbook" if tagged.is_excel_xml(_head(path, 4096)) else "page",
        encoding=encoding.name,
        other_encodings=encoding.others,
        sheet_name=best,
        other_sheets=tuple(others[:MOST_OTHERS]),
        hidden_sheets=tuple(name for name in grids if name not in seen),
    )


def _is_a_list(grid: Grid, worth: int) -> bool:
    """Not what only puts things in their places on a page."""
    return len(grid.rows) > 1 and worth >= 2


def _fresh(grid: Grid) -> Iterator[Row]:
    """The rows of a table, each to be changed at will."""
    return ((number, list(cells)) for number, cells in grid.rows)


def _worth(top: headers.Top, is_known: Callable[[str], bool]) -> int:
    return sum(map(is_known, top.names)) if top.row_number else 0


def _parquet(path: Path) -> Sheet:
    return _sheet(
        partial(parquet.rows, path), headers.Top(0, headers.unique(parquet.header_of(path)), []), kind="parquet"
    )


def _json(path: Path, encoding: encodings.Encoding) -> Sheet:
    header, rows, faults = json_rows.read(path, encoding.name)
    if not rows:
        raise UnreadableFile(_("The file holds no list of orders or people."))
    top = headers.Top(0, headers.unique(header), [])
    return _sheet(lambda: iter(rows), top, kind="json", encoding=encoding.name, faults=faults)


def _cards(path: Path, encoding: encodings.Encoding) -> Sheet:
    found = cards.read(path, encoding.name)
    if not found.rows and not found.faults:
        raise UnreadableFile(_("The file holds no contact card that can be read."))
    return Sheet(
        list(cards.HEADER),
        lambda: iter(found.rows),
        0,
        "cards",
        encoding.name,
        faults=found.faults,
        pictures=found.pictures,
    )


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _delimited(path: Path, is_known: Callable[[str], bool], encoding: encodings.Encoding) -> Sheet:
    if encodings.is_no_text(_head(path, 4096).decode(encoding.name, "replace")):
        raise UnreadableFile(
            _("This is no list: it holds no text. Export it as CSV, Excel, JSON, Parquet or contact cards.")
        )
    layout = delimited.sniff(path, encoding.name)
    top = headers.find(_first(delimited.rows(path, encoding.name, layout)), is_known)
    if not top.names:
        raise UnreadableFile(_("The file holds only blank lines."))
    return _sheet(
        partial(delimited.rows, path, encoding.name, layout),
        top,
        kind="text",
        encoding=encoding.name,
        other_encodings=encoding.others,
        separator=layout.separator,
    )


def _first(rows: Iterator[Row]) -> list[Row]:
    return [row for row, _n in zip(rows, range(delimited.SAMPLE_ROWS), strict=False)]


def _sheet(
    rows: Callable[[], Iterator[Row]],
    top: headers.Top,
    *,
    kind: str,
    faults: dict[int, Fault] | None = None,
    **about: object,
) -> Sheet:
    secret = [place for place, name in enumerate(top.names) if SECRET.search(name) and not HARMLESS.search(name)]
    found: dict[int, Fault] = faults or {}
    below = partial(_below, rows, top, secret, found)
    return Sheet(top.names, below, top.row_number, kind, titles=top.titles, faults=found, **about)  # type: ignore[arg-type]  # passed on by name


def _below(
    rows: Callable[[], Iterator[Row]], top: headers.Top, secret: list[int], faults: dict[int, Fault]
) -> Iterator[Row]:
    """The rows under the header. None is the header once more, as where two exports were put together, or totals."""
    header_row, names = top.row_number or 0, [name.casefold() for name in top.names]
    for number, cells in rows():
        if number <= header_row or not any(map(str.strip, cells)):
            continue
        if header_row and cells[0].strip().casefold() == names[0] and _is_header_again(cells, names):
            faults[number] = Fault(_("This row is the header once more."), cells)
            continue
        if headers.is_of_totals(cells):
            faults[number] = Fault(_("This row holds totals, not a person or a sale."), cells)
            continue
        for place in secret:
            if place < len(cells):
                cells[place] = ""
        yield number, cells


def _is_header_again(cells: list[str], names: list[str]) -> bool:
    said = [headers.plain_name(cell) for cell in cells]
    return len(said) > 1 and said == names[: len(said)] and len(said) >= len(names) - 1
