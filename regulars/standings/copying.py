"""The copy of the orders as Parquet, kept up by what changed; can be thrown away and is built again.

Knows no Django and no database driver: it is handed a reader. The copy is a folder that is never changed once it
stands, and a small file naming the folder that counts, so that whoever breaks off leaves the last good copy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from regulars.standings.source import (
    AFRESH,
    LINES,
    NO_DAY,
    NO_NUMBER,
    ORDERS,
    REFUNDS,
    REMOVED,
    UNKNOWN_ORDERS,
    Table,
)

SLICE = 500_000
LAYOUT = 3  # raise it when columns change: older copies are then built anew


class Reader(Protocol):
    """Runs a statement on the owner's database and gives its rows to DuckDB."""

    def rows(
        self, connection: duckdb.DuckDBPyConnection, statement: str, names: tuple[str, ...]
    ) -> duckdb.DuckDBPyRelation:
        """Return the rows as a relation that may be read once; columns are named `names`."""


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for: where the copy lives, from which number the next one has to read, whose data it is."""

    home: str
    horizon: int
    identity: str
    days: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Copied:
    """Where everything lies now; `changed` counts orders that came, changed or went since the last time."""

    orders: str
    refunds: str
    lines: str
    afresh: str
    changed: int
    is_whole: bool


def bring_up_to_date(wanted: Wanted, reader: Reader) -> Copied:
    """Read what changed since the last copy, or everything when there is none of this database."""
    home = Path(wanted.home)
    home.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"temp_directory": str(home / "spill")})
    last = _last(home, wanted)
    since = int(last["next"]) if last else 0
    folder = home / str(last["folder"]) if last else _next_folder(home)
    changed = _changes(connection, reader, wanted, since) if last else 0
    if not last:
        folder.mkdir()
        for table in (ORDERS, REFUNDS, LINES):
            changed += _write_parts(connection, reader, table, folder, wanted.days)
    elif changed:
        folder = _merged(connection, folder, _next_folder(home))
    _remember(home, wanted, folder)
    afresh = home / "afresh"
    shutil.rmtree(afresh, ignore_errors=True)
    afresh.mkdir()
    for table in AFRESH:
        _write_parts(connection, reader, table, afresh, wanted.days)
    connection.close()
    orders, refunds, lines = (str(folder / f"{table.name}-*.parquet") for table in (ORDERS, REFUNDS, LINES))
    return Copied(orders, refunds, lines, str(afresh), changed, not last)


def forget(home: Path) -> None:
    """Throw the copy away; the next grading reads everything."""
    (home / "copy.json").unlink(missing_ok=True)


def as_json(thing: Wanted | Copied) -> str:
    return json.dumps(asdict(thing))


def _last(home: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Find the last copy, unless it is of another database, another layout or a later state than the database has."""
    try:
        last: dict[str, Any] = json.loads((home / "copy.json").read_text())
        is_ours = (last["identity"], last["layout"]) == (wanted.identity, LAYOUT) and last["next"] <= wanted.horizon
        return last if is_ours and (home / last["folder"]).is_dir() else None
    except (OSError, ValueError, KeyError):
        return None


def _remember(home: Path, wanted: Wanted, folder: Path) -> None:
    said = {"folder": folder.name, "next": wanted.horizon, "identity": wanted.identity, "layout": LAYOUT}
    draft = home / "copy.json.new"
    draft.write_text(json.dumps(said))
    draft.replace(home / "copy.json")
    for old in home.glob("copy-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _next_folder(home: Path) -> Path:
    numbers = [int(path.name.removeprefix("copy-")) for path in home.glob("copy-*")]
    return home / f"copy-{max(numbers, default=0) + 1}"


def _write_parts(
    connection: duckdb.DuckDBPyConnection, reader: Reader, table: Table, folder: Path, days: Mapping[str, str]
) -> int:
    """Write a table as one Parquet file a slice; returns how many rows."""
    for number, part in enumerate(_parts(connection, reader, table)):
        _typed(connection, reader, table, table.statement(days, part=part)).write_parquet(
            str(folder / f"{table.name}-{number}.parquet")
        )
    return _count(connection, f"read_parquet({quoted(folder / f'{table.name}-*.parquet')})")


def _parts(connection: duckdb.DuckDBPyConnection, reader: Reader, table: Table) -> Iterator[tuple[int, int] | None]:
    if not table.key:
        yield None
        return
    [(low, high)] = reader.rows(connection, table.edges, ("low", "high")).fetchall()
    yield from ((start, start + SLICE) for start in range(int(low), max(int(high), int(low)) + 1, SLICE))


def _typed(
    connection: duckdb.DuckDBPyConnection, reader: Reader, table: Table, statement: str
) -> duckdb.DuckDBPyRelation:
    rows = reader.rows(connection, statement, tuple(table.columns))
    return rows.project(", ".join(_as_type(name, kind) for name, (kind, _) in table.columns.items()))


def _as_type(name: str, kind: str) -> str:
    if kind == "DATE":
        return f"""NULLIF(CAST(CAST("{name}" AS VARCHAR) AS DATE), DATE '{NO_DAY}') AS "{name}\""""
    if kind in ("BIGINT", "DOUBLE"):
        return f'NULLIF(CAST("{name}" AS {kind}), {NO_NUMBER}) AS "{name}"'
    return f'CAST("{name}" AS {kind}) AS "{name}"'


def _changes(connection: duckdb.DuckDBPyConnection, reader: Reader, wanted: Wanted, since: int) -> int:
    """Read what changed; tombstones last, so that what is removed meanwhile is not left standing."""
    for table in (ORDERS, UNKNOWN_ORDERS, REFUNDS, LINES, REMOVED):
        _typed(connection, reader, table, table.statement(wanted.days, since=since)).create(table.name)
    connection.execute(
        "CREATE TABLE gone AS SELECT id FROM orders UNION SELECT id FROM unknown_orders UNION SELECT id FROM removed"
    )
    return _count(connection, "gone")


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {source}").fetchall()
    return int(count)


def _merged(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> Path:
    new.mkdir()
    for table, key in ((ORDERS, "id"), (REFUNDS, "order_id"), (LINES, "order_id")):
        before, after = quoted(old / f"{table.name}-*.parquet"), quoted(new / f"{table.name}-0.parquet")
        kept = f"SELECT * FROM read_parquet({before}) WHERE {key} NOT IN (SELECT id FROM gone)"
        fresh = f"SELECT * FROM {table.name} WHERE {key} NOT IN (SELECT id FROM removed)"
        connection.execute(f"COPY ({kept} UNION ALL {fresh}) TO {after} (FORMAT parquet)")
    return new


def quoted(text: object) -> str:
    """Write a text into SQL where no parameter may stand (the path of a file in a view)."""
    return "'" + str(text).replace("'", "''") + "'"
