"""Whoever asked for quiet, complained or mourns is not on the page, except for what we promised them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from regulars.outreach.models import Touch
from regulars.people.models import Silence


@lru_cache(maxsize=32)
def not_printed(programme: str, subject: str, year: int) -> Q:
    """The condition that no card of this day is planned in the ledger: then it stands among the cards to print.

    `programme` is the name of the column that says it, or the programme itself after a "=".
    """
    said = Value(programme[1:]) if programme.startswith("=") else OuterRef(programme)
    occurrence = Concat(Cast(OuterRef(subject), CharField()), Value(f":{year}"))
    rows = Touch.objects.filter(person_id=OuterRef("person_id"), programme=said, occurrence=occurrence)
    return ~Q(Exists(rows.filter(channel="card", step="1")))


@lru_cache(maxsize=32)
def not_quiet(on: date, person: str = "person") -> Q:
    """The condition that a row's person may be greeted on that day."""
    silences = Silence.objects.filter(person_id=OuterRef(f"{person}_id"), lifted_at=None)
    open_silence = silences.filter(Q(until=None) | Q(until__gte=on))
    quiet_until = f"{person}__quiet_until"
    return (Q(**{quiet_until: None}) | Q(**{f"{quiet_until}__lt": on})) & ~Q(Exists(open_silence))
