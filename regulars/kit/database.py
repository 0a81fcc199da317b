"""Which database the running code talks to, and how long it may hold the one writer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_alias: ContextVar[str] = ContextVar("regulars_database", default=DEFAULT_DB_ALIAS)
Item = TypeVar("Item")


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
    items: Iterable[Item], write: Callable[[list[Item]], object], held_ms: float = 50, *, first: int = 50
) -> int:
    """Write everything in transactions that hold the writer no longer than about `held_ms`; returns how many items.

    The size of the next chunk follows from how long the last one took. Safe to break off: whole chunks stay.
    """
    iterator = iter(items)
    size, count = first, 0
    while chunk := [item for _, item in zip(range(size), iterator, strict=False)]:
        started = time.perf_counter()
        with transaction.atomic():
            write(chunk)
        took_ms = max((time.perf_counter() - started) * 1000, 0.01)
        count += len(chunk)
        size = max(1, min(int(len(chunk) * held_ms / took_ms), size * 4, 20_000))
    return count


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
