"""Calls, texts from one's own phone and words by hand that were planned for a day: done on their own page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.outreach import services as outreach
from regulars.outreach.models import Channel, Touch
from regulars.outreach.queries.hands import ALL, due_in, texts_go_since
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.enquiry import short
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "hands"


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """What is to be done by hand today or before, the earliest first. A query a channel, one more."""
    since = texts_go_since()
    found = [touch for channel in ALL for touch in _rows(channel, on, since, limit, only)]
    return [
        Due(
            KEY,
            row.pk,
            "",
            clock.local(row.due_at).date(),
            row.person_id,
            {"channel": row.channel, "body": row.body, "minutes": row.minutes},
        )
        for row in sorted(found, key=lambda touch: (touch.due_at, touch.pk))[:limit]
    ]


@prepared
def _rows(channel: str, on: date, since: datetime | None, limit: int, only: Collection[int] | None) -> QuerySet[Touch]:
    rows = due_in(channel, on, since).filter(Decision.objects.open_lines(KEY, on))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known.get(due.person_id or 0), on) for due in dues]


def line(due: Due, person: Acquaintance | None, on: date) -> Line:
    what, button = words_of(due.facts)
    return Line(
        due=due,
        person=person.name if person else "",
        what=what,
        why_person=person.in_words if person else "",
        why_now=why(due, on),
        minutes=Decimal(due.facts["minutes"]),
        way="place",
        phone=person.phone if person else "",
        phone_link=person.phone_link if person else "",
        page=reverse("outreach:hand", args=[due.subject_id]),
        page_words=button,
    )


def words_of(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What it is, and what its button says."""
    return {
        Channel.CALL: (_("a call you planned"), _("Before you ring")),
        Channel.TEXT: (_("a text from your phone"), _("Open the text")),
        Channel.BY_HAND: (_("a note in your own hand"), _("Words and address")),
        Channel.NOTICE: (_("a notice on your page"), _("Words to copy")),
        Channel.SOCIAL: (_("a word elsewhere"), _("Words to copy")),
    }[Channel(facts["channel"])]


def why(due: Due, on: date) -> str:
    words = short(str(due.facts["body"]))
    if due.due_on < on:
        since = _("Planned for %(day)s.") % {"day": day_in_words(due.due_on)}
        return f"{since} “{words}”" if words else since
    return _("“%(words)s”") % {"words": words} if words else _("Planned for today.")


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Left out here is left out there: the list of calls and this page are one."""
    if outcome == "skipped":
        outreach.skip(Touch.objects.get(pk=line.due.subject_id), by)


KIND = Kind(
    KEY, gettext_lazy("Calls and notes"), gettext_lazy("what you planned yourself"), due, compose, settle=settle
)
