"""What people can be grouped by that this room knows: when they were last written to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.outreach.models import Touch
from regulars.people.fields import Field, register


def last_heard(op: str, value: str) -> Q:
    """Heard from us since a day, or not since one: `until` also finds those who never did."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return Q(pk__in=[])
    reached = Touch.objects.filter(person=OuterRef("pk"), sent_at__isnull=False)
    if op == "since":
        return Q(Exists(reached.filter(sent_at__gte=clock.start_of(day))))
    return ~Q(Exists(reached.filter(sent_at__gte=clock.end_of(day))))


def ids_heard(op: str, value: str) -> QuerySet[Any, Any] | None:
    """The same people for `since`, by the index of days; who did not hear is mostly everybody."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    if op != "since":
        return None
    return Touch.objects.filter(sent_at__isnull=False, sent_at__gte=clock.start_of(day)).values_list(
        "person_id", flat=True
    )


def register_fields() -> None:
    register(
        Field(
            key="last_written_to",
            label=_("Heard from us"),
            room="outreach",
            kind="date",
            matches=last_heard,
            ids=ids_heard,
            op="since",
            order=60,
        )
    )
