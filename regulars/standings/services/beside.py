"""Rows laid beside the stored ones, to be inserted from there: no value of them becomes a Python object.

On SQLite they lie in a file beside the database. On PostgreSQL a chunk is copied in: straight into the table where all
of it is new, else into a table of this connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import IntegrityError, transaction
from django.db.models import Model

from regulars.kit import database
from regulars.standings.models import Standing, StandingMonth
from regulars.standings.services.differing import LAID, MONTHLY, STORED, Differing, Take
from regulars.standings.services.portions import Portion
from regulars.standings.services.upserting import statement

LOG_PAGES = 16_000  # 64 MB, which the log may keep
MARKED = ("is_moved", "is_regraded")
Bring = Callable[[Sequence[Portion]], None]


@contextmanager
def laid(found: Differing, path: Path) -> Iterator[tuple[Take, Bring]]:
    """Let this connection read all rows of `found` as long as the block lasts, by way of a file that is then gone.

    Gives what takes portions, and what is called with those of a chunk, in the transaction that then inserts their
    rows (`insert`).
    """
    try:
        if database.is_postgres():
            with _table() as bring, found.lines(path) as take:
                yield take, bring
        else:
            found.lay_beside(path)
            with _attached(path), _log_of(LOG_PAGES), found.places() as take:
                yield take, lambda _chunk: None
    finally:
        path.unlink(missing_ok=True)


def insert(
    model: type[Model],
    keys: Sequence[str],
    columns: Sequence[str],
    chunk: Sequence[Portion],
    *,
    where: str = "",
    kept: Sequence[str] = (),
    month: str = "",
) -> None:
    """Insert the rows of a chunk, or overwrite those with the same key; see `upserting`."""
    beginning, ending = statement(model, keys, [*columns, "month"] if month else columns, kept)
    rows, given = _rows(columns, chunk, where, month)
    with database.connection().cursor() as cursor:
        cursor.execute(f"{beginning} {rows} {ending}", given)


def copy_new(chunk: Sequence[Portion]) -> bool:
    """Copy rows and months of a chunk of newcomers straight in (PostgreSQL): half the work of asking for each whether
    it is there. False, and nothing is done, where somebody's sale got in between."""
    if not database.is_postgres():
        return False
    _do_not_wait()
    try:
        with transaction.atomic():
            database.copy_text(Standing._meta.db_table, STORED, [one.held.rows for one in chunk])
            database.copy_text(StandingMonth._meta.db_table, (*MONTHLY, "month"), [one.held.months for one in chunk])
    except IntegrityError:
        return False
    return True


def _rows(columns: Sequence[str], chunk: Sequence[Portion], where: str, month: str) -> tuple[str, list[str | int]]:
    """Give the statement that reads them, and its parameters; on PostgreSQL nothing else lies there."""
    picks = [database.connection().ops.quote_name(column) for column in columns] + (["%s"] if month else [])
    is_file = not database.is_postgres()
    conditions = [*(["rowid BETWEEN %s AND %s"] if is_file else []), where or "true"]
    source = f"beside.{LAID}" if is_file else LAID
    rows = f"SELECT {', '.join(picks)} FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608  # our names
    places = [chunk[0].first + 1, chunk[-1].first + len(chunk[-1])] if is_file else []
    return rows, [*([month] if month else []), *places]


@contextmanager
def _table() -> Iterator[Bring]:
    """A table that only this connection sees, empty again after each transaction. Whoever is new has moved."""
    name = database.connection().ops.quote_name

    def bring(chunk: Sequence[Portion]) -> None:
        _do_not_wait()
        for one in chunk:
            columns = STORED if one.held.months is not None else (*STORED, *MARKED)
            database.copy_text(LAID, columns, [one.held.rows])

    with database.connection().cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {LAID} (LIKE {name(Standing._meta.db_table)},"
            " is_moved boolean DEFAULT true, is_regraded boolean DEFAULT true) ON COMMIT DELETE ROWS"
        )
    try:
        yield bring
    finally:
        with database.connection().cursor() as cursor:
            cursor.execute(f"DROP TABLE {LAID}")


def _do_not_wait() -> None:
    """Not waiting for the disk: after a power cut the last chunks are missing, rows with news, until the next
    grading; whatever commits later lasts only with what committed before."""
    with database.connection().cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


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
