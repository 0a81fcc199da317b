"""Tables written in tags: a web page, or Excel's XML of 2003. Many shops and banks call either of them .xls.

Read tag by tag: nothing is looked up elsewhere, nothing a document defines is put in, however the tags are nested.
"""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.intake.reading import encodings
from regulars.intake.reading.grids import Grid
from regulars.intake.reading.sheets import UnreadableFile

PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype html|html|head|body|table|meta|style|title|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
OF_EXCEL = b"urn:schemas-microsoft-com:office:spreadsheet"
SAID = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
WESTERN = frozenset({"iso8859-1", "ascii"})  # which browsers and Excel read as cp1252
LARGEST_BYTES = 64 * 1024 * 1024
PORTION, LONGEST_TAG = 64 * 1024, 4 * 1024 * 1024
MOST_TABLES, DEEPEST, LONGEST_INSIDE = 5_000, 60, 2_000
SILENT = frozenset({"script", "style", "template", "noscript"})
BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?")


def looks_like_tags(head: bytes) -> bool:
    """Say whether a file that begins so is a web page or Excel's XML, in whatever letters."""
    bare = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return PAGE.match(bare) is not None or is_excel_xml(bare)


def is_excel_xml(head: bytes) -> bool:
    bare = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return bare.startswith(b"<") and OF_EXCEL in bare and b"<html" not in bare.lower()


def encoding_of(path: Path, country: str) -> encodings.Encoding:
    """Valid UTF-8 is UTF-8 whatever is said; else what the file says of itself, if there is such a thing."""
    found = encodings.sniff(path, country)
    if found.name.startswith("utf"):
        return found
    with path.open("rb") as file:
        said = SAID.search(file.read(4096))
    if said is None:
        return found
    try:
        name = codecs.lookup(said[1].decode("ascii")).name
        b"a".decode(name)
    except (LookupError, UnicodeError):
        return found
    if name.startswith("utf"):
        return found  # it says so and is not
    name = "cp1252" if name in WESTERN else name
    return encodings.Encoding(name, tuple(other for other in (found.name, *found.others) if other != name))


def read(path: Path, encoding: str) -> list[Grid]:
    """Return every table that holds anything, in the order of the file; one within another is a table of its own."""
    if path.stat().st_size > LARGEST_BYTES:
        raise UnreadableFile(_("This file is too large to be read as a web page. Export it as CSV instead."))
    with path.open("rb") as file:
        reader: _Reader = _Workbook() if is_excel_xml(file.read(4096)) else _Reader()
    with path.open(encoding=encoding, errors="replace") as text:
        # What is still open is looked through again with the next portion, which therefore is as long.
        while portion := text.read(max(PORTION, len(reader.rawdata))):
            reader.feed(portion.replace("\0", ""))
            if len(reader.rawdata) > LONGEST_TAG:
                raise UnreadableFile(_("This web page is damaged, or was cut off. Export it again."))
    return reader.finished()


class _Cell:
    """A cell that is being read."""

    def __init__(self, across: int, down: int, column: int = 0) -> None:
        self.across, self.down, self.column = across, down, column
        self.parts: list[str] = []

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """A web page. What is open ends with what encloses it, as in a browser: nobody has to write </td>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self.open: list[tuple[Grid, _Cell | None]] = []
        self.silent = ""
        self.caption: list[str] | None = None

    def finished(self) -> list[Grid]:
        while self.open:
            self.end_table()
        return [grid for grid in self.grids if any(any(cells) for _number, cells in grid.rows)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent:
            return
        if tag in SILENT:
            self.silent = tag
        elif tag == "table":
            self.start_table("")
        elif not self.open:
            return
        elif tag in {"td", "th"}:
            said = dict(attrs)
            self.start_cell(_Cell(_count(said.get("colspan")), _count(said.get("rowspan"))))
        elif tag == "tr":
            self.end_cell()
            self.open[-1][0].open_row()
        elif tag == "caption":
            self.caption = []
        elif tag in BREAKS:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            self.silent = "" if tag == self.silent else self.silent
        elif not self.open:
            return
        elif tag == "table":
            self.end_table()
        elif tag in {"td", "th"}:
            self.end_cell()
        elif tag == "tr":
            self.end_cell()
            self.open[-1][0].close_row()
        elif tag == "caption" and self.caption is not None:
            self.open[-1][0].name = " ".join("".join(self.caption).split())[:60]
            self.caption = None
        elif tag in BREAKS:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        if self.silent or not self.open:
            return
        if self.caption is not None:
            self.caption.append(data)
        elif cell := self.open[-1][1]:
            cell.parts.append(data)

    def start_table(self, name: str, *, is_hidden: bool = False) -> None:
        if len(self.open) >= DEEPEST or len(self.grids) >= MOST_TABLES:
            raise UnreadableFile(
                _("This page holds so many tables that the list cannot be told apart. Export it as CSV.")
            )
        self.caption = None
        grid = Grid(name, is_hidden)
        self.grids.append(grid)
        self.open.append((grid, None))

    def end_table(self) -> None:
        """End the innermost table. What stands in it is also said in the cell around it, unless it is long."""
        self.end_cell()
        grid, _cell = self.open.pop()
        grid.close_row()
        if self.open and (outer := self.open[-1][1]):
            said = "\n".join(" ".join(filter(None, cells)) for _number, cells in grid.rows[:100])
            outer.parts.append(f"\n{said}\n" if len(said) <= LONGEST_INSIDE else "")

    def start_cell(self, cell: _Cell) -> None:
        self.end_cell()
        self.open[-1] = (self.open[-1][0], cell)

    def end_cell(self) -> None:
        grid, cell = self.open[-1]
        if cell:
            grid.put(cell.text(), across=cell.across, down=cell.down, column=cell.column)
            self.open[-1] = (grid, None)


class _Workbook(_Reader):
    """Excel's XML of 2003: only what stands in Data is said; rows and cells may name their place."""

    def __init__(self) -> None:
        super().__init__()
        self.kind: str | None = None  # of the Data that is open
        self.is_in_comment = False
        self.visible: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        bare, said = _bare(tag), {_bare(name): value for name, value in attrs}
        if bare == "worksheet":
            self._end_sheet()
            self.start_table((said.get("name") or "")[:60])
        elif not self.open:
            return
        elif bare == "row":
            self.end_cell()
            self.open[-1][0].open_row(_count(said.get("index"), 0))
        elif bare == "cell":
            across, down, column = (_count(said.get(name), 0) for name in ("mergeacross", "mergedown", "index"))
            self.start_cell(_Cell(across + 1, down + 1, column))
        elif bare == "comment":
            self.is_in_comment = True
        elif bare == "data" and not self.is_in_comment:
            self.kind = (said.get("type") or "").lower()
        elif bare == "visible":
            self.visible = []

    def handle_endtag(self, tag: str) -> None:
        bare = _bare(tag)
        if bare == "worksheet":
            self._end_sheet()
        elif not self.open:
            return
        elif bare == "row":
            self.end_cell()
            self.open[-1][0].close_row()
        elif bare == "cell":
            self.end_cell()
        elif bare == "comment":
            self.is_in_comment = False
        elif bare == "data":
            self.kind = None
        elif bare == "visible" and self.visible is not None:
            self.open[-1][0].is_hidden = "hidden" in "".join(self.visible).lower()
            self.visible = None

    def handle_data(self, data: str) -> None:
        if self.visible is not None:
            self.visible.append(data)
        elif self.open and self.kind is not None and (cell := self.open[-1][1]):
            cell.parts.append(_of_kind(self.kind, data))

    def unknown_decl(self, data: str) -> None:
        """Text that is written as it is, in a section of its own."""
        if data.startswith("CDATA["):
            self.handle_data(data.removeprefix("CDATA[").removesuffix("]"))

    def handle_comment(self, data: str) -> None:
        if data.startswith("[CDATA["):
            self.handle_data(data.removeprefix("[CDATA[").removesuffix("]]"))

    def _end_sheet(self) -> None:
        while self.open:
            self.end_table()


def _of_kind(kind: str, text: str) -> str:
    if kind == "datetime":
        return MOMENT.sub(r"\1 \2", MIDNIGHT.sub(r"\1", text))
    if kind == "boolean":
        return {"1": "true", "0": "false"}.get(text.strip(), text)
    return text


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _count(said: str | None, least: int = 1) -> int:
    digits = (said or "").strip()
    return max(int(digits), least) if digits.isascii() and digits.isdigit() and len(digits) < 8 else least


def named(grids: list[Grid]) -> dict[str, Grid]:
    """The tables by name; one without is told by its place, and none has the name of another."""
    found: dict[str, Grid] = {}
    for place, grid in enumerate(grids, start=1):
        name = grid.name or _("Table %(place)d") % {"place": place}
        found[name if name not in found else f"{name} ({place})"] = grid
    return found
