"""Whoever asked for quiet, complained or mourns is not on the page, except for what we promised them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from regulars.people.models import Silence


@lru_cache(maxsize=32)
def not_quiet(on: date, person: str = "person") -> Q:
    """The condition that a row's person may be greeted on that day."""
    silences = Silence.objects.filter(person_id=OuterRef(f"{person}_id"), lifted_at=None)
    open_silence = silences.filter(Q(until=None) | Q(until__gte=on))
    quiet_until = f"{person}__quiet_until"
    return (Q(**{quiet_until: None}) | Q(**{f"{quiet_until}__lt": on})) & ~Q(Exists(open_silence))
