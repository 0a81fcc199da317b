"""Statements that are the same all day, written out once: Django takes longer to write one than SQL to answer it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from functools import lru_cache, wraps
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from regulars.kit import clock, database

Asked = ParamSpec("Asked")
Row = TypeVar("Row")
KEPT = 16  # of each question: a day has a few; a whole day of Today takes about a megabyte


def prepared(build: Callable[Asked, QuerySet[Any, Row]]) -> Callable[Asked, list[Row]]:
    """Read the rows of the query that `build` makes of its arguments; for the same ones the statement is kept.

    Beside its arguments `build` may look at the day and the time zone of the business, and at nothing else. What is no
    key (a set of numbers, asked for once) has its statement written anew. One query; nothing is prefetched.
    """
    statement_of: Callable[..., _Statement[Row]] = lru_cache(maxsize=KEPT)(
        lambda where, args, named: _Statement(build(*args, **dict(named)))
    )

    @wraps(build)
    def read(*args: Asked.args, **named: Asked.kwargs) -> list[Row]:
        key = (_where(), args, tuple(named.items()))
        return statement_of(*key).rows() if _is_key(key) else list(build(*args, **named))

    return read


def _where() -> Hashable:
    """All that a statement may depend on beside what it is asked."""
    return database.alias(), database.connection().vendor, clock.today(), clock.zone().key


def _is_key(key: object) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True


class _Statement(Generic[Row]):
    """A query with its SQL, to be run by any thread. One that finds nothing whatever there is has no SQL."""

    def __init__(self, query: QuerySet[Any, Row]) -> None:
        self.query: Any = query
        self.compiler: Any = self.query.query.get_compiler(using=query.db)
        try:
            written = self.compiler.as_sql()
        except EmptyResultSet:
            written = ("", ())
        self.compiler.as_sql = lambda *_args, **_named: written
        # Or the connection of the thread that came first would stay open as long as the statement is kept.
        self.compiler.connection = None
        vars(self.query.query)["get_compiler"] = self._done

    def rows(self) -> list[Row]:
        """Make the rows as Django would, by a copy of the compiler that has done its work."""
        return list(self.query._iterable_class(self.query))

    def _done(self, using: str) -> object:
        compiler = copy(self.compiler)
        compiler.connection = connections[using]
        return compiler
