"""State names as SQL literals: SQLite uses a partial index only when its condition stands in the query itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Value


class Word(Value):
    """A constant of our own, written into the statement itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        word = str(self.value)
        if not word.replace("_", "").isalpha():
            raise ValueError(f"{word!r} is not a plain word.")
        return f"'{word}'", ()


class Number(Value):
    """The same for a number."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return str(int(self.value)), ()


def of_channel(*channels: str) -> Q:
    """The same for channels."""
    return Q(channel__in=[Word(str(channel)) for channel in channels])


def in_state(*states: str) -> Q:
    """The condition as the partial indexes of the ledger have it."""
    words = [Word(str(state)) for state in states]
    return Q(state=words[0]) if len(words) == 1 else Q(state__in=words)
