"""regulars export: standings, people or orders as CSV or JSON, row by row."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["standings", "people", "orders"])
    parser.add_argument(
        "--as", dest="form", choices=["csv", "json"], default="csv", help="csv (formula-safe) or json (csv)"
    )
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write there instead of to the terminal")


@contextlib.contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def run(options: argparse.Namespace) -> int:
    from regulars.cli import exports
    from regulars.cli.printing import print_csv, print_json_rows

    columns, rows = exports.rows_of(options.what)
    with opened(options.output) as file:
        if options.form == "csv":
            print_csv(columns, rows, file)
        else:
            print_json_rows(rows, file)
    return 0


COMMAND = Command("export", "Write standings, people or orders as CSV or JSON.", arguments, run)
