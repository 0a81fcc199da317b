"""News this room posts. Ids and primitives only; one event may speak of many touches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TouchSent:
    """These touches left the house (or were done: a call made, a card handed over)."""

    touch_ids: tuple[int, ...]
    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class TouchFailed:
    """These touches could not be sent and will not be tried again by themselves."""

    touch_ids: tuple[int, ...]
    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class TouchBounced:
    """These letters came back: the address is gone or refuses for good."""

    touch_ids: tuple[int, ...]
    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class PersonLeft:
    """This person asked not to be written to: `scope` is "marketing" or "everything"."""

    person_id: int
    scope: str
