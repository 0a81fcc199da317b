"""What every reader returns."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from regulars.kit.errors import Refusal

Row = tuple[int, list[str]]
# What taking apart a packed file or a workbook raises when it is damaged or locked.
DAMAGED = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class UnreadableFile(Refusal):
    """Nothing in the file can be read as rows; the sentence says what to do. Some is met only far down in a file."""


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be read as one at all, and what it says."""

    reason: str
    cells: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A header and a way to go through the rows below it, as often as needed.

    Row numbers are those a spreadsheet shows: the first line of the file is 1, blank lines and titles count, a cell
    with a line break inside is still one row. Blank rows are left out, their numbers stay used. `faults` are rows that
    are none (their numbers are not among `rows`); `pictures` is how many were left out. `counts_from_1904` holds for
    the bare numbers of days in a workbook; `lacks_results` where results of formulas were not saved.
    """

    header: list[str]
    rows: Callable[[], Iterator[Row]]
    header_row: int | None
    kind: str
    encoding: str = ""
    other_encodings: tuple[str, ...] = ()
    separator: str = ""
    sheet_name: str = ""
    other_sheets: tuple[str, ...] = ()
    titles: list[str] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    pictures: int = 0
    hidden_sheets: tuple[str, ...] = ()
    counts_from_1904: bool = False
    lacks_results: bool = False

    @property
    def width(self) -> int:
        return len(self.header)

    def first_rows(self, count: int) -> list[Row]:
        """Return up to `count` rows from the top."""
        return [row for row, _ in zip(self.rows(), range(count), strict=False)]
