"""Questions only the owner can answer, left by files that were taken in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.intake import queries as intake
from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.intake.models import Question

KEY = "question"
MINUTES = Decimal(1)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Open questions, oldest first. One query by its own small index."""
    return [
        Due(KEY, row.pk, "", clock.local(row.asked_at).date(), None,
            {"text": row.text, "why": row.why, "choices": row.choices, "file": row.run.name if row.run else ""})
        for row in _rows(on, limit, only)
    ]  # fmt: skip


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Question]:
    rows = intake.open_questions().filter(Decision.objects.open_lines(KEY, on)).order_by("asked_at", "pk")
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.select_related("run")[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [
        Line(
            due=due,
            person="",
            what=str(due.facts["text"]),
            why_person=_("Asked once, about %(file)s.") % {"file": due.facts["file"]} if due.facts["file"] else "",
            why_now=str(due.facts["why"]),
            minutes=MINUTES,
            way="question",
            question_id=due.subject_id,
            choices=tuple((str(value), str(label)) for value, label in due.facts["choices"]),
        )
        for due in dues
    ]


KIND = Kind(KEY, gettext_lazy("A question first"), gettext_lazy("asked once"), due, compose)
