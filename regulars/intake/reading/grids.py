"""A table that grows cell by cell, with cells that reach over several rows or columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from regulars.intake.reading.sheets import Row, UnreadableFile

MOST_COLUMNS = 2_000
MOST_CELLS = 10_000_000
Reaching = dict[int, tuple[int, str]]  # by column: how many more rows, and what it says


@dataclass
class Grid:
    """One table; `rows` are those that were written, with their numbers."""

    name: str = ""
    is_hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    _number: int = 0
    _row: list[str] | None = None
    _here: Reaching = field(default_factory=dict)
    _below: Reaching = field(default_factory=dict)
    _cells: int = 0

    def open_row(self, number: int = 0) -> None:
        """Begin the next row, or one further down by its number."""
        self.close_row()
        self._here = self._below if number <= self._number + 1 else {}
        self._below = {}
        self._number = max(number, self._number + 1)
        self._row = []

    def put(self, text: str, *, across: int = 1, down: int = 1, column: int = 0) -> None:
        """Add a cell, at its column where one is told.

        Over several rows it says the same in each of them; over several columns it stays one.
        """
        if self._row is None:
            self.open_row()
        row = self._row if self._row is not None else []
        self._take_from_above(row)
        start = max(column - 1, len(row))
        self._extend(
            row, [*[""] * (min(start, MOST_COLUMNS) - len(row)), text, *[""] * (min(across, MOST_COLUMNS) - 1)]
        )
        if down > 1:
            self._below |= {at: (down - 1, row[at]) for at in range(start, len(row))}

    def close_row(self) -> None:
        """End the row, if one is open; what reaches down into it behind its last cell is part of it."""
        if self._row is None:
            return
        row, self._row = self._row, None
        for _column in range(len(row), max(self._here, default=-1) + 1):
            if len(row) not in self._here:
                self._extend(row, [""])
            self._take_from_above(row)
        self.rows.append((self._number, row))

    def _take_from_above(self, row: list[str]) -> None:
        while (column := len(row)) in self._here:
            left, text = self._here.pop(column)
            self._extend(row, [text])
            if left > 1:
                self._below[column] = (left - 1, text)

    def _extend(self, row: list[str], cells: list[str]) -> None:
        cells = cells[: max(MOST_COLUMNS - len(row), 0)]
        self._cells += len(cells)
        if self._cells > MOST_CELLS:
            raise UnreadableFile(
                _("What is in this file is far too large once it is unpacked. Split it, by year for example.")
            )
        row += cells
