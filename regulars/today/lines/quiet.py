"""Whoever asked for quiet, complained or mourns is not on the page, except for what we promised them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from regulars.people.models import Person, Silence
from regulars.today.lines.shape import Due


@lru_cache(maxsize=32)
def not_quiet(on: date, person: str = "person") -> Q:
    """The condition that a row's person may be greeted on that day."""
    silences = Silence.objects.filter(person_id=OuterRef(f"{person}_id"), lifted_at=None)
    open_silence = silences.filter(Q(until=None) | Q(until__gte=on))
    quiet_until = f"{person}__quiet_until"
    return (Q(**{quiet_until: None}) | Q(**{f"{quiet_until}__lt": on})) & ~Q(Exists(open_silence))


def without_quiet(dues: Sequence[Due], on: date) -> list[Due]:
    """The same for people found already. One query."""
    ids = {due.person_id for due in dues if due.person_id is not None}
    open_silence = Silence.objects.filter(person_id=OuterRef("pk"), lifted_at=None)
    open_silence = open_silence.filter(Q(until=None) | Q(until__gte=on))
    quiet = Person.objects.filter(pk__in=ids).filter(Q(quiet_until__gte=on) | Q(Exists(open_silence)))
    quiet_ids = set(quiet.values_list("pk", flat=True)) if ids else set()
    return [due for due in dues if due.person_id not in quiet_ids]
