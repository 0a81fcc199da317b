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
