"""What happened in somebody's life: one line to congratulate, to comfort, to ask for the new address. Never to sell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.prepared import prepared
from regulars.people.models import Silence
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.rapport.models import LifeEvent
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "news"
MINUTES = Decimal(3)
LONGEST_DAYS = 45


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Fresh news nobody answered, oldest first, of whoever did not ask to be left alone. One query.

    A bereavement silences promotion, not the card that says we are sorry.
    """
    return [
        Due(KEY, row.pk, "", row.show_on or on, row.person_id,
            {"kind": row.kind, "label": row.label, "on": row.on, "is_month": row.is_whole_month,
             "note": "" if row.is_private else row.note, "has_old_address": bool(row.traces.get("places"))})
        for row in _rows(on, limit, only)
    ]  # fmt: skip


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[LifeEvent]:
    rows = rapport.open_events(on - timedelta(days=LONGEST_DAYS), on)
    rows = rows.filter(_may_be_greeted(on), Decision.objects.open_lines(KEY, on))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows[:limit]


def _may_be_greeted(on: date) -> Q:
    ended = Silence.objects.filter(person_id=OuterRef("person_id"), lifted_at=None, kind=Silence.Kind.ENDED)
    ended = ended.filter(Q(until=None) | Q(until__gte=on))
    return (Q(person__quiet_until=None) | Q(person__quiet_until__lt=on)) & ~Q(Exists(ended))


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    note = str(due.facts["note"]).strip()
    return Line(
        due=due,
        person=person.name,
        what=what(due),
        why_person=person.in_words,
        why_now=when(due, on),
        minutes=MINUTES,
        way="news",
        remarks=(note if note.endswith((".", "!", "?")) else f"{note}.",) if note else (),
        phone=person.phone,
        phone_link=person.phone_link,
    )


def what(due: Due) -> str:
    words = {
        LifeEvent.Kind.MOVED: _("has moved: ask for the new address"),
        LifeEvent.Kind.BABY: _("a baby: a card, or a word when they come in"),
        LifeEvent.Kind.WEDDING: _("a wedding: a card by hand"),
        LifeEvent.Kind.NEW_JOB: _("a new job: wish them luck"),
        LifeEvent.Kind.RETIRED: _("retired: a card, or a word when they come in"),
        LifeEvent.Kind.GRADUATION: _("a graduation: congratulate them"),
        LifeEvent.Kind.ILLNESS: _("is not well: a card, and nothing to sell"),
        LifeEvent.Kind.BEREAVEMENT: _("lost somebody: a card by hand, and nothing to sell"),
    }
    known = words.get(LifeEvent.Kind(due.facts["kind"]))
    return known or _("%(event)s: a word from us") % {"event": due.facts["label"]}


def when(due: Due, on: date) -> str:
    day: date | None = due.facts["on"]
    if day is None:
        said = _("We heard of it on %(day)s.") % {"day": day_in_words(due.due_on)}
    elif due.facts["is_month"]:
        said = _("In %(month)s.") % {"month": date_format(day, "F" if day.year == on.year else "YEAR_MONTH_FORMAT")}
    else:
        said = (_("It is on %(day)s.") if day > on else _("It was on %(day)s.")) % {"day": day_in_words(day)}
    if due.facts["has_old_address"]:
        said += " " + _("The address in the book is marked as the old one.")
    return said


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Write down what we did; left out leaves the event as it is."""
    if outcome != "skipped":
        keeping.answer_event(LifeEvent.objects.get(pk=line.due.subject_id), note, by)


KIND = Kind(
    KEY,
    gettext_lazy("What happened to them"),
    gettext_lazy("a kind word"),
    due,
    compose,
    settle=settle,
)
