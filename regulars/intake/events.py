"""What intake announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportFinished:
    """A file has been taken in as far as it goes; refused rows may remain. Days are ISO text, empty without sales."""

    run_id: int
    people_new: int
    orders_new: int
    earliest_on: str
    latest_on: str


@dataclass(frozen=True)
class ImportUndone:
    """What a run made is gone again, what it changed is as before."""

    run_id: int


@dataclass(frozen=True)
class VisitsRemembered:
    """While people were pasted, the owner said of some about how often, how much and how lately they come.

    `visits`: person, day last seen as ISO text, days between visits, usual amount as text. `told_at` is ISO text.
    """

    run_id: int
    visits: tuple[tuple[int, str, int, str], ...]
    told_at: str
    by_id: int | None = None
