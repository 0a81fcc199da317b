"""Answers to our letters, and complaints about them, that nobody has seen to yet. They stand with who waits for us."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.outreach.models import InboundMail
from regulars.outreach.queries.replies import waiting_replies
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.enquiry import short
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "replies"
MINUTES = Decimal(3)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """What waits for an answer, the oldest first. One query by its own small index."""
    return [
        Due(KEY, pk, "", clock.local(at).date(), person_id,
            {"kind": kind, "words": words or subject, "from": address})
        for pk, at, person_id, kind, words, subject, address in _rows(on, limit, only)
    ]  # fmt: skip


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[InboundMail, Any]:
    columns = ("pk", "received_at", "person_id", "kind", "words", "subject", "from_address")
    rows = waiting_replies(only).filter(Decision.objects.open_lines(KEY, on))
    return rows.values_list(*columns)[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known.get(due.person_id or 0)) for due in dues]


def line(due: Due, person: Acquaintance | None) -> Line:
    is_complaint = due.facts["kind"] == InboundMail.Kind.COMPLAINT
    when = day_in_words(due.due_on)
    words = {"words": short(str(due.facts["words"])), "when": when}
    return Line(
        due=due,
        person=person.name if person else str(due.facts["from"]),
        what=_("reported a letter as spam") if is_complaint else _("wrote to us"),
        why_person=person.in_words if person else "",
        why_now=_("Offers to them have stopped (%(when)s).") % {"when": when}
        if is_complaint
        else _("“%(words)s” (%(when)s).") % words,
        chip=_("complaint") if is_complaint else "",
        tone="alarm" if is_complaint else "",
        minutes=MINUTES,
        way="place",
        phone=person.phone if person else "",
        phone_link=person.phone_link if person else "",
        page=reverse("outreach:reply", args=[due.subject_id]),
        page_words=_("Look at it") if is_complaint else _("Read and answer"),
    )


KIND = Kind(KEY, gettext_lazy("They wrote"), gettext_lazy("answers to your letters"), due, compose)
