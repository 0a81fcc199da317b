"""What intake announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ImportFinished:
    """A file has been taken in as far as it goes; refused rows may remain."""

    run_id: int
    people_new: int
    orders_new: int
    earliest_on: date | None
    latest_on: date | None


@dataclass(frozen=True)
class ImportUndone:
    """What a run made is gone again, what it changed is as before."""

    run_id: int
