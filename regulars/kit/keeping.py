"""How long things are kept: what the owner said, else what is usual. 0 is for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.kit import clock
from regulars.kit.models import Keeping

FOR_EVER = 0


def days_of(kind: str, usual: int) -> int:
    """Return for how many days a kind is kept. One query."""
    said = Keeping.objects.filter(kind=kind).values_list("days", flat=True).first()
    return usual if said is None else said


def kept_from(kind: str, usual: int) -> datetime | None:
    """Return the moment before which it goes; None where it is kept for ever. One query."""
    days = days_of(kind, usual)
    return clock.now() - timedelta(days=days) if days != FOR_EVER else None
