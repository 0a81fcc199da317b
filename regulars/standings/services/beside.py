"""Rows laid beside the stored ones, to be inserted from there: no value of them becomes a Python object.

On SQLite they lie in a file beside the database, on PostgreSQL a chunk at a time in a table of this connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import IntegrityError, transaction
from django.db.models import Model

from regulars.kit import database
from regulars.standings.models import Standing
from regulars.standings.services.differing import LAID, Change, Differing
from regulars.standings.services.upserting import statement

LOG_PAGES = 16_000  # 64 MB, which the log may keep
Bring = Callable[[list[Change]], None]


@contextmanager
def laid(found: Differing, path: Path) -> Iterator[tuple[Iterator[Change], Bring]]:
    """Let this connection read all rows of `found` as long as the block lasts, by way of a file that is then gone.

    Gives what differs, and what is called with each chunk of it, in the transaction that then inserts its rows.
    """
    try:
        if database.is_postgres():
            with _table(found.line_columns) as bring:
                yield found.lines(path), bring
        else:
            found.lay_beside(path)
            with _attached(path), _log_of(LOG_PAGES):
                yield found.places(), lambda _chunk: None
    finally:
        path.unlink(missing_ok=True)


def insert(
    model: type[Model],
    keys: Sequence[str],
    columns: Sequence[str],
    chunk: list[Change],
    *,
    where: str = "",
    kept: Sequence[str] = (),
    month: str = "",
    all_new: bool = False,
) -> None:
    """Insert the rows of a chunk, or overwrite those with the same key; see `upserting`.

    `all_new`: none of them was stored. They go in plainly, which costs PostgreSQL a third less than asking for each
    whether it is there; where somebody's sale got in between, all of them are asked for.
    """
    beginning, ending = statement(model, keys, [*columns, "month"] if month else columns, kept)
    rows, given = _rows(columns, chunk, where, month)
    with database.connection().cursor() as cursor:
        if all_new:
            try:
                with transaction.atomic():
                    cursor.execute(f"{beginning} {rows}", given)
                return
            except IntegrityError:
                pass
        cursor.execute(f"{beginning} {rows} {ending}", given)


def _rows(columns: Sequence[str], chunk: list[Change], where: str, month: str) -> tuple[str, list[str | int]]:
    """Give the statement that reads them, and its parameters; on PostgreSQL nothing else lies there."""
    picks = [database.connection().ops.quote_name(column) for column in columns] + (["%s"] if month else [])
    is_file = not database.is_postgres()
    conditions = [*(["rowid BETWEEN %s AND %s"] if is_file else []), where or "true"]
    source = f"beside.{LAID}" if is_file else LAID
    rows = f"SELECT {', '.join(picks)} FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608  # our names
    return rows, [*([month] if month else []), *([chunk[0].row, chunk[-1].row] if is_file else [])]


@contextmanager
def _table(columns: Sequence[str]) -> Iterator[Bring]:
    """A table that only this connection sees, empty again after each transaction."""
    name = database.connection().ops.quote_name

    def bring(chunk: list[Change]) -> None:
        """Not waiting for the disk: after a power cut the last chunks are missing, rows with news, until the next
        grading; whatever commits later lasts only with what committed before."""
        with database.connection().cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        database.copy_text(LAID, columns, ["".join(one.row for one in chunk)])

    with database.connection().cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {LAID} (LIKE {name(Standing._meta.db_table)},"
            " is_moved boolean, is_regraded boolean) ON COMMIT DELETE ROWS"
        )
    try:
        yield bring
    finally:
        with database.connection().cursor() as cursor:
            cursor.execute(f"DROP TABLE {LAID}")


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
