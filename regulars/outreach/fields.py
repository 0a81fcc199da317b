"""What people can be grouped by that this room knows: when they were last written to."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
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
        return Q(Exists(reached.filter(sent_at__gte=_start(day))))
    return ~Q(Exists(reached.filter(sent_at__gte=_start(day + timedelta(days=1)))))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.zone())


def register_fields() -> None:
    register(
        Field(
            key="last_written_to",
            label=_("Heard from us"),
            room="outreach",
            kind="date",
            matches=last_heard,
            op="since",
            order=60,
        )
    )
