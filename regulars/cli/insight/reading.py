"""Files into one table `said`: what each row says in the columns that matter, in the type the file has it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from duckdb import DuckDBPyConnection

from regulars.cli.insight.columns import Columns, Wanted, chosen
from regulars.cli.insight.zones import zones_of
from regulars.intake.mapping.columns import is_known
from regulars.intake.reading import Sheet, UnreadableFile, open_sheet
from regulars.intake.services.unpacking import unpacked
from regulars.intake.staging import loading
from regulars.kit.errors import Refusal

FIELDS = ("customer", "day", "amount", "refund_of", "order", "refunded", "refunded_on", "quantity", "price", "line_amount",
          "status", "kind", "currency")  # fmt: skip
# The fields of intake that a sheet's rows pass through on their way: any that keep a text as it is.
CARRIERS = dict(zip(FIELDS, ("person_id", "bought_on", "amount", "refers_to", "order_id", "refunded", "refunded_on", "quantity",
                             "price", "line_amount", "status", "kind", "currency"), strict=True))  # fmt: skip
MEMORY = "1000MB"


@dataclass
class Source:
    """One file that was read: its number, its name, which column is what, how it is written, in which zones it was."""

    number: int
    name: str
    columns: Columns
    separator: str = ""
    rows: int = 0
    faults: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    zones: set[str] = field(default_factory=set)


@contextmanager
def workshop() -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """A DuckDB of its own in bounded memory, and a folder; both are gone afterwards."""
    with TemporaryDirectory(prefix="regulars-insight-") as name:
        folder = Path(name)
        con = duckdb.connect(str(folder / "orders.duckdb"))
        try:
            con.execute(f"SET memory_limit = '{MEMORY}'")
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_progress_bar = false")
            con.execute("SET preserve_insertion_order = false")
            con.execute(f"SET temp_directory = '{_quoted(str(folder / 'spill'))}'")
            yield con, folder
        finally:
            con.close()


def read(con: DuckDBPyConnection, paths: list[Path], wanted: Wanted, folder: Path) -> list[Source]:
    """Make view `said` over every file, packed or not: file, row_number and the fields of `FIELDS`."""
    sources: list[Source] = []
    for path, again in _told_apart(paths):
        if again:
            sources[0].notes.append(f"{path.name} holds the same as {again.name}; it was counted once.")
            continue
        with unpacked(path) as parts:
            for part in parts:
                sources.append(_read(con, part.path, part.name, wanted, folder, len(sources)))
    return sources


def _told_apart(paths: list[Path]) -> Iterator[tuple[Path, Path | None]]:
    """Each file, with an earlier one that holds the very same."""
    seen: dict[bytes, Path] = {}
    for path in paths:
        _there(path)
        if len(paths) == 1:
            yield path, None
            continue
        with path.open("rb") as file:
            first = seen.setdefault(hashlib.file_digest(file, "sha256").digest(), path)
        yield path, (None if first is path else first)


def _there(path: Path) -> None:
    if not path.exists():
        raise Refusal(f"{path}: there is no such file.")
    if path.is_dir():
        raise Refusal(f"{path} is a folder. Name the file in it.")
    if not path.is_file():
        raise Refusal(f"{path} is no file but a stream, which cannot be read twice. Save it in a file first.")
    if not os.access(path, os.R_OK):
        raise Refusal(f"{path} may not be read.")
    if path.stat().st_size == 0:
        raise Refusal(f"{path.name}: the file is empty.")


def _read(con: DuckDBPyConnection, path: Path, name: str, wanted: Wanted, folder: Path, number: int) -> Source:
    try:
        sheet = open_sheet(path, is_known)
        source = Source(number, name, chosen(sheet, wanted, name), sheet.separator)
        if sheet.kind == "parquet":
            _from_parquet(con, path, sheet, source)
        else:
            _from_text(con, path, sheet, source, folder)
    except UnreadableFile as fault:
        raise Refusal(f"{name}: {fault.sentence}") from fault
    except (OSError, ValueError, LookupError, RecursionError, duckdb.Error) as fault:
        raise Refusal(f"{name} cannot be read as a table of orders.") from fault
    source.faults = {row: fault.reason for row, fault in sheet.faults.items()}
    if sheet.other_sheets:
        source.notes.append(
            f"{name}: only the sheet “{sheet.sheet_name}” was read, not {', '.join(sheet.other_sheets)}."
        )
    [(source.rows,)] = con.execute(f"SELECT count(*) FROM said_{number}").fetchall()
    if not source.rows:
        raise Refusal(f"{name}: there is no row under the header.")
    return source


def _from_parquet(con: DuckDBPyConnection, path: Path, sheet: Sheet, source: Source) -> None:
    """Columns keep their types, and nothing is copied: the view reads the file."""
    real = [str(name) for name, *_rest in con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()]
    called = dict(zip(sheet.header, real, strict=True))
    source.zones = zones_of(con, path)
    picked = ", ".join(f'{_column(called[name])} AS "{field}"' for field, name in source.columns.names.items())
    missing = ", ".join(f'NULL::VARCHAR AS "{field}"' for field in FIELDS if field not in source.columns.names)
    con.execute(
        f"CREATE VIEW said_{source.number} AS SELECT {source.number} AS file, file_row_number + 1 AS row_number,"
        f" {', '.join(filter(None, (picked, missing)))} FROM read_parquet('{_quoted(str(path))}', file_row_number=true)"
    )


def _from_text(con: DuckDBPyConnection, path: Path, sheet: Sheet, source: Source, folder: Path) -> None:
    places = {name: place for place, name in enumerate(sheet.header)}
    columns = {CARRIERS[field]: [places[name]] for field, name in source.columns.names.items()}
    loading.load(con, sheet, columns, folder, path)
    filled = source.columns.names
    fields = ", ".join(f'{CARRIERS[field] if field in filled else "NULL::VARCHAR"} AS "{field}"' for field in FIELDS)
    con.execute(
        f"CREATE TABLE said_{source.number} AS SELECT {source.number} AS file, row_number::BIGINT AS row_number,"
        f" {fields} FROM entry_row"
    )
    con.execute("DROP VIEW entry")
    con.execute("DROP VIEW entry_row")
    con.execute("DROP TABLE entry_table")


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return text.replace("'", "''")
