"""What we owe each other and what was asked of us, from the day it was agreed for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.prepared import prepared
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.rapport.models import Outcome, Owed, Side
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "owed"
MINUTES = Decimal(3)
LONGEST_DAYS = 365


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Open on either side and due by that day, the longest due first; silences do not hide a word given. One query."""
    return [
        Due(KEY, pk, "", due_on or on, person_id, {"side": side, "what": what, "agreed_on": agreed_on})
        for pk, due_on, person_id, side, what, agreed_on in _rows(on, limit, only)
    ]


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Owed, Any]:
    rows = rapport.owed_due(on - timedelta(days=LONGEST_DAYS), on).filter(Decision.objects.open_lines(KEY, on))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list("pk", "due_on", "person_id", "side", "what", "agreed_on")[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    is_theirs, late_days = due.facts["side"] == Side.THEY, (on - due.due_on).days
    agreed = _("Agreed on %(agreed)s for %(day)s.") if late_days else _("Agreed on %(agreed)s for today.")
    days = {"agreed": day_in_words(due.facts["agreed_on"]), "day": day_in_words(due.due_on)}
    return Line(
        due=due,
        person=person.name,
        what=what(due),
        why_person=person.in_words,
        why_now=agreed % days,
        chip=_("late") if late_days > 0 else "",
        tone="" if late_days <= 0 else "warm" if is_theirs else "alarm",
        minutes=MINUTES,
        way="task",
        done_words=_("It came") if is_theirs else _("Kept"),
        phone=person.phone,
        phone_link=person.phone_link,
    )


def what(due: Due) -> str:
    words = {
        Side.WE: _("we owe them: %(what)s"),
        Side.THEY: _("they owe us: %(what)s"),
        Side.ASKED: _("they asked us: %(what)s"),
    }
    return words[Side(due.facts["side"])] % {"what": due.facts["what"]}


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Done is kept; left out leaves it open on their page."""
    if outcome != "skipped":
        keeping.settle(Owed.objects.get(pk=line.due.subject_id), Outcome.KEPT, note, by)


KIND = Kind(KEY, gettext_lazy("What we owe each other"), gettext_lazy("by the day agreed"), due, compose, settle=settle)
