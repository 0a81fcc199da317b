"""The number beside the room's name: counted by the worker every few minutes, and at once after an answer."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db import transaction

from regulars.kit import clock
from regulars.today.lines import KINDS
from regulars.today.models import Waiting
from regulars.today.queries import count_of, kept_counts


def keep_counts(only: Collection[str] = ()) -> None:
    """Count the lines of these kinds, or of all, and keep what was found. Safe to repeat and to race.

    Where not every kind was counted lately, all are. One statement writes.
    """
    on, at = clock.today(), clock.now()
    kinds = [kind for kind in KINDS if kind.key in only] if only and kept_counts(on) else KINDS
    rows = [Waiting(kind=kind.key, on=on, lines=count_of(kind, on), at=at) for kind in kinds]
    Waiting.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind"], update_fields=["on", "lines", "at"]
    )


def count_again(kinds: Collection[str]) -> None:
    """Count these kinds once the answer stands; that this fails is no reason to say the answer did."""
    if kinds:
        transaction.on_commit(partial(keep_counts, frozenset(kinds)), robust=True)
