"""Reminders and promises: what was said would be done, by the day it was said for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.prepared import prepared
from regulars.people import queries as people
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.people.models import Reminder

KEY = "reminder"
MINUTES = Decimal(2)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Open reminders and promises for that day and those overdue, oldest first. One query by index.

    One that was put off stands where the day it was put off to does.
    """
    return [
        Due(KEY, row.pk, "", row.due_on, row.person_id, {"what": row.what, "kind": row.kind})
        for row in _rows(on, limit, only)
    ]


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Reminder]:
    rows = people.reminders_due(on).select_related(None).order_by("show_on", "pk")
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known.get(due.person_id or 0), on) for due in dues]


def line(due: Due, person: Acquaintance | None, on: date) -> Line:
    is_promise = due.facts["kind"] == "promise"
    day = day_in_words(due.due_on)
    overdue = (on - due.due_on).days
    if overdue > 0:
        why_now = _("Promised for %(day)s.") if is_promise else _("Was to be done by %(day)s.")
    else:
        why_now = _("Promised for today.") if is_promise else _("Set for today.")
    return Line(
        due=due,
        person=person.name if person else "",
        what=str(due.facts["what"]),
        why_person=person.in_words if person else "",
        why_now=why_now % {"day": day},
        chip=_("promise") if is_promise else "",
        tone="alarm" if is_promise and overdue > 0 else "",
        minutes=MINUTES,
        way="reminder",
        phone=person.phone if person else "",
        phone_link=person.phone_link if person else "",
    )


KIND = Kind(KEY, gettext_lazy("Promised and to be remembered"), gettext_lazy("first, always"), due, compose)
