"""The moment for an address: whoever knows what a receiving side bears (warm-up, so many an hour) says so.

A pacer is asked once for all letters a worker is about to take, inside the claim, so that workers never ask at once.
It answers only for those that have to wait, each with a moment of its own: the letter is held until then and asks
again. `@pacer` registers one; of several the latest moment counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.outreach.models import SendingAccount, Touch


@dataclass(frozen=True, slots=True)
class Later:
    """Not before `at`, because of `why` (a sentence for the owner)."""

    at: datetime
    why: str


Pacer = Callable[[SendingAccount, Sequence[Touch], datetime], Mapping[int, Later]]
_pacers: dict[str, Pacer] = {}


def pacer(ask: Pacer) -> Pacer:
    """Ask this one too before letters leave; they have `to_address` and `account` already."""
    _pacers[f"{ask.__module__}.{ask.__qualname__}"] = ask
    return ask


def moments_for(account: SendingAccount, rows: Sequence[Touch], now: datetime) -> dict[int, Later]:
    """Which of these letters have to wait, by id of the touch."""
    found: dict[int, Later] = {}
    for ask in _pacers.values() if rows else ():
        for pk, later in ask(account, rows, now).items():
            if pk not in found or later.at > found[pk].at:
                found[pk] = later
    return found
