"""Effects on the world outside the database. A simulation looks the same and touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(slots=True)
class Held:
    """What would have been done, in order: (name, arguments)."""

    effects: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


_held: ContextVar[Held | None] = ContextVar("regulars_effects", default=None)


def are_held() -> bool:
    """Is this a simulation, in which nothing may leave the house?"""
    return _held.get() is not None


def perform(name: str, act: Callable[[], Result], *, instead: Result, **what: Any) -> Result:
    """Do `act` (send, print, call out); inside `held()` only note it and return `instead`."""
    held_now = _held.get()
    if held_now is None:
        return act()
    held_now.effects.append((name, what))
    return instead


@contextmanager
def held() -> Iterator[Held]:
    """Let nothing leave the house inside this block."""
    notes = Held()
    token = _held.set(notes)
    try:
        yield notes
    finally:
        _held.reset(token)
