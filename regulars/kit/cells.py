"""Cells of a CSV file that no spreadsheet runs as a formula, and the way back to exactly what stood there.

A text that a spreadsheet would reckon with gets an apostrophe in front: it begins with = + - @ (also the wide ones), a
tab or a new line, also behind blanks and letters that cannot be seen. Phone numbers such as +49 too. A plain number
such as -5.20 does not. A text that begins with apostrophes before such a sign gets one more, so that taking one off
(`uncovered`) always gives back the same text.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TextIO

SIGNS = "=+\\-@＝＋－＠"
UNSEEN = "\\s\\x00-\\x1f\\x7f-\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
RISKY = re.compile(f"[\\t\\r\\n]|[{UNSEEN}]*[{SIGNS}]")
COVERED = re.compile(f"'+(?:[\\t\\r\\n]|[{UNSEEN}]*[{SIGNS}0-9])")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def covered(text: str) -> str:
    """Return a text as it may stand in a CSV cell."""
    is_risky = RISKY.match(text) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_risky or COVERED.match(text) else text


def uncovered(cell: str) -> str:
    """Return the text that `covered` was given."""
    return cell[1:] if COVERED.match(cell) else cell


def cell_of(value: object) -> str:
    """Return any value as a CSV cell: numbers plain, days as 2026-05-03, lists and tables as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return covered(json.dumps(value, ensure_ascii=False, default=str))
    return covered(str(value))


class CsvSheet:
    """Writes rows one by one. A row with a lone carriage return inside is quoted whole, or a reader would break it."""

    def __init__(self, file: TextIO, columns: Sequence[str]) -> None:
        self._plain = csv.writer(file, lineterminator="\n")
        self._quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self.write(columns)

    def write(self, values: Iterable[object]) -> None:
        cells = [cell_of(value) for value in values]
        writer = self._quoted if any("\r" in cell for cell in cells) else self._plain
        writer.writerow(cells)
