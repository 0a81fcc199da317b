"""Some of the standings that differ, and what is new about each: columns, because a million rows are many objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from regulars.standings.events import Regrouped

Marks = np.ndarray[tuple[int], np.dtype[Any]]
_END_OF_LINE = 10


@dataclass
class Portion:
    """Standings that differ, by person, from the row `first` on.

    Of the marks, `person_id` says whose they are. `is_new`: it was not stored. `is_moved`: it is new, or in another
    group, or slips on another day (what the indexes hold). `is_regraded`: anything of group and grades is new.
    `is_regrouped`: stood somewhere else, and `regrouped` says where, of these in turn. `has_slipped`: the new row, not
    time alone, made them slip. `is_back`: had slipped, and came again. `held` is what is stored: rows, `Lines`, or
    nothing where they lie in a file.
    """

    first: int
    marks: dict[str, Marks]
    regrouped: list[Regrouped]
    held: Any = field(default=None)

    def __len__(self) -> int:
        return len(self.marks["person_id"])

    def cut(self, first: int, last: int) -> Portion:
        """Give what of it lies between two rows, both included."""
        start, end = max(first - self.first, 0), min(last + 1 - self.first, len(self))
        marks = {name: values[start:end] for name, values in self.marks.items()}
        skipped = int(self.marks["is_regrouped"][:start].sum())
        moves = self.regrouped[skipped : skipped + int(marks["is_regrouped"].sum())]
        held = self.held.cut(start, end) if isinstance(self.held, Lines) else self.held and self.held[start:end]
        return Portion(self.first + start, marks, moves, held)

    def whose(self, mark: str) -> list[int]:
        """Give the people of whom this is true."""
        return list(self.marks["person_id"][self.marks[mark]].tolist())

    @property
    def person_ids(self) -> list[int]:
        return list(self.marks["person_id"].tolist())

    def all(self, mark: str) -> bool:
        return bool(self.marks[mark].all())

    def any(self, mark: str) -> bool:
        return bool(self.marks[mark].any())

    def such(self, mark: str, is_true: bool = True) -> list[Any]:
        """Give the rows of whom this is true, or is not, where rows are held."""
        return [self.held[place] for place in np.flatnonzero(self.marks[mark] == is_true).tolist()]


@dataclass(frozen=True)
class Lines:
    """Rows as lines of CSV, and where all are new their months; else the lines end with what is new about each."""

    rows: bytes
    months: bytes | None

    def cut(self, start: int, end: int) -> Lines:
        return Lines(_lines(self.rows, start, end), None if self.months is None else _lines(self.months, start, end))


def _lines(text: bytes, start: int, end: int) -> bytes:
    """No value holds the end of a line."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _END_OF_LINE) + 1
    bounds = np.concatenate([[0], ends])
    return text[bounds[start] : bounds[end]]
