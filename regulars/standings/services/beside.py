"""Rows laid beside the stored ones, to be inserted from there: no value of them becomes a Python object.

On SQLite they lie in a file beside the database, on PostgreSQL in a table of this connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from django.db.models import Model

from regulars.kit import database
from regulars.standings.models import Standing
from regulars.standings.services.differing import LAID, PLACE, Differing
from regulars.standings.services.upserting import statement

LOG_PAGES = 16_000  # 64 MB, which the log may keep
BLOCK = 1 << 20


@contextmanager
def laid(found: Differing, path: Path) -> Iterator[None]:
    """Write all rows of `found` into a file, and let this connection read them as long as the block lasts."""
    try:
        if database.is_postgres():
            found.lay_as_text(path)
            with _copied(found.laid_columns, path):
                yield
        else:
            found.lay_beside(path)
            with _attached(path), _log_of(LOG_PAGES):
                yield
    finally:
        path.unlink(missing_ok=True)


def insert(
    model: type[Model],
    keys: Sequence[str],
    columns: Sequence[str],
    places: tuple[int, int],
    *,
    where: str,
    kept: Sequence[str] = (),
    month: str = "",
) -> None:
    """Insert the rows from the first to the last place, or overwrite those with the same key; see `upserting`."""
    beginning, ending = statement(model, keys, [*columns, "month"] if month else columns, kept)
    name = database.connection().ops.quote_name
    picks, given = [name(column) for column in columns], [month] if month else []
    picks += ["%s"] if month else []
    source, place = (LAID, PLACE) if database.is_postgres() else (f"beside.{LAID}", "rowid")
    rows = f"SELECT {', '.join(picks)} FROM {source} WHERE {place} BETWEEN %s AND %s AND {where}"  # noqa: S608  # our names
    with database.connection().cursor() as cursor:
        cursor.execute(f"{beginning} {rows} {ending}", [*given, *places])


@contextmanager
def _copied(columns: Sequence[str], path: Path) -> Iterator[None]:
    """Copy the file into a table that only this connection sees."""
    name = database.connection().ops.quote_name
    with database.connection().cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {LAID} (LIKE {name(Standing._meta.db_table)}, {PLACE} bigint,"
            " is_moved boolean, is_regraded boolean)"
        )
    try:
        with path.open(encoding="utf-8", newline="") as text:
            database.copy_text(LAID, columns, _blocks(text))
        with database.connection().cursor() as cursor:
            cursor.execute(f"CREATE INDEX ON {LAID} ({PLACE})")
        yield
    finally:
        with database.connection().cursor() as cursor:
            cursor.execute(f"DROP TABLE {LAID}")


def _blocks(text: TextIO) -> Iterable[str]:
    return iter(lambda: text.read(BLOCK), "")


@contextmanager
def _attached(path: Path) -> Iterator[None]:
    """Nobody changes the file meanwhile, so that nothing has to be locked."""
    with database.connection().cursor() as cursor:
        cursor.execute("ATTACH %s AS beside", [f"file:{quote(str(path))}?immutable=1"])
    try:
        yield
    finally:
        with database.connection().cursor() as cursor:
            cursor.execute("DETACH beside")


@contextmanager
def _log_of(pages: int) -> Iterator[None]:
    """Copy the log back into the database only once it holds so many pages, not after every chunk.

    Rows come by person, so that each chunk writes to the same few thousand pages of an index by day again.
    """
    with database.connection().cursor() as cursor:
        [before] = cursor.execute("PRAGMA wal_autocheckpoint").fetchone()
        cursor.execute(f"PRAGMA wal_autocheckpoint={pages}")
    try:
        yield
    finally:
        with database.connection().cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint={int(before)}")
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # not left to whoever saves something next
