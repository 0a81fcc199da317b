"""Which database the running code talks to, and how long it may hold the one writer."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_alias: ContextVar[str] = ContextVar("regulars_database", default=DEFAULT_DB_ALIAS)
_columns_never_null: dict[tuple[str, str, str], frozenset[str]] = {}
Item = TypeVar("Item")
COPIED_AT_ONCE = 2_000
MANY_ROWS = 500


class ContextRouter:
    """Send every query to the database of the running context; rows of two databases never mix."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return _alias.get()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return _alias.get()

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return one._state.db == other._state.db


def alias() -> str:
    """The name of the database in use."""
    return _alias.get()


def connection() -> BaseDatabaseWrapper:
    """This thread's connection to the database in use."""
    return connections[_alias.get()]


def is_postgres() -> bool:
    return connection().vendor == "postgresql"


@contextmanager
def using(name: str) -> Iterator[None]:
    """Work on another database in this thread: queries by the router, `transaction.atomic()` because the default
    connection is exchanged for as long."""
    home = connections[DEFAULT_DB_ALIAS]
    token = _alias.set(name)
    connections[DEFAULT_DB_ALIAS] = connections[name]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = home
        _alias.reset(token)


def chunks_by_time(
    items: Iterable[Item],
    write: Callable[[list[Item]], object],
    held_ms: float = 50,
    *,
    first: int = 50,
    most: int = 20_000,
) -> int:
    """Write everything in transactions that hold the writer no longer than about `held_ms`; returns how many items.

    The size of the next chunk follows from how long the last one took, but never falls below a tenth of the first: on a
    busy machine what every transaction costs anyway would leave nothing for the rows. Safe to break off: whole chunks
    stay.
    """
    least = max(1, first // 10)
    iterator = iter(items)
    size, count = first, 0
    while chunk := [item for _, item in zip(range(size), iterator, strict=False)]:
        started = time.perf_counter()
        with transaction.atomic():
            write(chunk)
        took_ms = max((time.perf_counter() - started) * 1000, 0.01)
        count += len(chunk)
        size = max(least, min(int(len(chunk) * held_ms / took_ms), size * 4, most))
    return count


def copy_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add new rows by COPY (PostgreSQL only). Written as CSV, which Python does at the speed of C: half the time of
    handing over value by value."""
    copy_text(table, columns, _csv(rows))


def copy_text(table: str, columns: Sequence[str], parts: Iterable[str | bytes]) -> None:
    """The same for rows that are CSV already. An empty cell is NULL where the column may be, else an empty text."""
    link = connection()
    name = link.ops.quote_name
    filled = ", ".join(name(column) for column in columns if column in _never_null(link, table))
    ending = f", FORCE_NOT_NULL ({filled})" if filled else ""
    sql = f"COPY {name(table)} ({', '.join(map(name, columns))}) FROM STDIN (FORMAT csv{ending})"
    with link.wrap_database_errors, link.cursor() as cursor, cursor.copy(sql) as copy:
        for part in parts:
            copy.write(part)


def _csv(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    for start in range(0, len(rows), COPIED_AT_ONCE):
        text = io.StringIO()
        csv.writer(text).writerows(rows[start : start + COPIED_AT_ONCE])
        yield text.getvalue()


def _never_null(link: BaseDatabaseWrapper, table: str) -> frozenset[str]:
    key = link.alias, link.settings_dict["NAME"], table
    if key not in _columns_never_null:
        with link.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnotnull AND attnum > 0", [table]
            )
            _columns_never_null[key] = frozenset(column for (column,) in cursor.fetchall())
    return _columns_never_null[key]


def array_literal(values: Iterable[object]) -> str:
    """Return values as PostgreSQL reads an array: one parameter, put together far more quickly than value by value."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f'"{value}"' if value.isalnum() else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


@contextmanager
def keys_unchecked(rows: int, held: Mapping[str, Iterable[int]] | None = None) -> Iterator[None]:
    """Many rows on PostgreSQL, where this role may: check none of their foreign keys one by one.

    Some four million checks of one row each cost as much as writing a million orders. Only for rows whose parents were
    made in this very transaction, are never deleted, or are `held` (table: ids) until it ends; is one of these not
    there, everything is checked as ever. Call it inside the transaction.
    """
    many = rows >= MANY_ROWS and is_postgres() and _may_leave_keys_unchecked()
    if not many or not all(_hold_rows(table, ids) for table, ids in (held or {}).items()):
        yield
        return
    with connection().cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            yield
        finally:
            with suppress(DatabaseError):  # a transaction that failed forgets it anyway
                cursor.execute("SET LOCAL session_replication_role = origin")


def _may_leave_keys_unchecked() -> bool:
    """Superusers may, and from PostgreSQL 15 on whoever was granted it."""
    with connection().cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, current_setting('server_version_num')::int FROM pg_roles WHERE rolname = current_user"
        )
        is_super, version = cursor.fetchone()
        if is_super or version < 150_000:
            return bool(is_super)
        cursor.execute("SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def _hold_rows(table: str, ids: Iterable[int]) -> bool:
    """Keep these rows from being deleted until the transaction ends, as a checked key would; False when one is gone."""
    wanted = set(ids)
    if not wanted:
        return True
    with connection().cursor() as cursor:
        name = connection().ops.quote_name(table)
        sql = f"SELECT id FROM {name} WHERE id = ANY(%s::bigint[]) FOR KEY SHARE"  # noqa: S608  # our tables
        cursor.execute(sql, [array_literal(wanted)])
        return len(cursor.fetchall()) == len(wanted)


def measure_tables() -> None:
    """Let the planner know how large the tables are, from a sample (SQLite); PostgreSQL does so by itself."""
    if is_postgres():
        return
    with connection().cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")


@contextmanager
def full_sync() -> Iterator[None]:
    """Wait for the disk at commit (SQLite): for the few facts that must survive a power cut, such as `sending`.

    Enter it outside a transaction. PostgreSQL waits anyway.
    """
    link = connection()
    if link.vendor != "sqlite":
        yield
        return
    with link.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        before = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        with link.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={int(before)}")
