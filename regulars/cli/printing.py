"""How answers reach the terminal: JSON for programs, tables for people, CSV that no spreadsheet can be tricked by."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

from regulars.kit.cells import CsvSheet


def as_json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def print_json(value: object) -> None:
    print(as_json(value))


def print_json_rows(rows: Iterable[Mapping[str, Any]], to: TextIO | None = None) -> None:
    """Print one JSON array without holding more than a row in memory."""
    out = to or sys.stdout
    out.write("[")
    for index, row in enumerate(rows):
        out.write(("" if index == 0 else ",") + "\n" + as_json(row))
    out.write("\n]\n")


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], to: TextIO | None = None) -> None:
    sheet = CsvSheet(to or sys.stdout, columns)
    for row in rows:
        sheet.write([row.get(column) for column in columns])


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(soft_wrap=False).print(table)
