"""Things people own: a service due within two weeks, a warranty that ends within thirty days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import CharField, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.prepared import prepared
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.rapport.models import Belonging
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.quiet import not_quiet
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "thing"
MINUTES = Decimal(3)
SERVICE_AHEAD_DAYS, SERVICE_LATE_DAYS, WARRANTY_AHEAD_DAYS = 14, 60, 30
SERVICE, WARRANTY = "", "w"
COLUMNS = {SERVICE: "service_due_on", WARRANTY: "warranty_until"}


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Services and warranties whose day is near, soonest first. Two queries, each by index.

    A line is known by the thing and the day: once it was looked after, the next day is another line.
    """
    found = [due for mark in (SERVICE, WARRANTY) for due in _found(mark, on, limit, only)]
    return sorted(found, key=lambda due: (due.due_on, due.subject_id))[:limit]


@prepared
def _rows(mark: str, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Belonging]:
    if mark == WARRANTY:
        rows = rapport.warranties_ending(on, on + timedelta(days=WARRANTY_AHEAD_DAYS))
    else:
        late, ahead = timedelta(days=SERVICE_LATE_DAYS), timedelta(days=SERVICE_AHEAD_DAYS)
        rows = rapport.services_due(on - late, on + ahead)
    occurrence = Concat(Value(mark), Cast(OuterRef(COLUMNS[mark]), CharField()), output_field=CharField())
    rows = rows.filter(not_quiet(on), Decision.objects.open_lines(KEY, on, "pk", occurrence))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows[:limit]


def _found(mark: str, on: date, limit: int, only: Collection[int] | None) -> list[Due]:
    column = COLUMNS[mark]
    return [
        Due(KEY, row.pk, f"{mark}{getattr(row, column).isoformat()}", getattr(row, column), row.person_id,
            {"what": row.what, "details": row.details, "months": row.service_months, "serviced_on": row.serviced_on,
             "bought_on": row.bought_on, "is_from_us": row.is_from_us, "is_warranty": bool(mark)})
        for row in _rows(mark, on, limit, only)
    ]  # fmt: skip


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    return Line(
        due=due,
        person=person.name,
        what=what(due),
        why_person=person.in_words,
        why_now=why(due, on),
        chip=_("late") if due.due_on < on else "",
        tone="warm" if due.due_on < on else "",
        minutes=MINUTES,
        way="task" if due.facts["is_warranty"] else "thing",
        done_words=_("Told them"),
        phone=person.phone,
        phone_link=person.phone_link,
    )


def what(due: Due) -> str:
    words = {"thing": due.facts["what"], "day": day_in_words(due.due_on)}
    if due.facts["is_warranty"]:
        return _("%(thing)s: warranty ends on %(day)s") % words
    months = due.facts["months"] or 12
    if months == 12:
        return _("%(thing)s: yearly service due %(day)s") % words
    if months == 6:
        return _("%(thing)s: half-yearly service due %(day)s") % words
    every = ngettext("every month", "every %(months)d months", months) % {"months": months}
    return _("%(thing)s: service due %(day)s, %(every)s") % {**words, "every": every}


def why(due: Due, on: date) -> str:
    """What tells this thing from another, and when somebody last saw to it."""
    facts = due.facts
    said = [f"{capfirst(facts['details'])}."] if facts["details"] else []
    if facts["serviced_on"] and not facts["is_warranty"]:
        said.append(_("Last looked after on %(day)s.") % {"day": _dated(facts["serviced_on"], on)})
    elif facts["bought_on"]:
        words = _("Bought from us on %(day)s.") if facts["is_from_us"] else _("Bought on %(day)s.")
        said.append(words % {"day": _dated(facts["bought_on"], on)})
    return " ".join(said)


def _dated(day: date, on: date) -> str:
    return day_in_words(day) if day.year == on.year else f"{day_in_words(day)} {day.year}"


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Done means looked after today, and the next time is reckoned from it; told or left out only closes the line."""
    if outcome == "done" and line.way == "thing":
        keeping.record_service(Belonging.objects.get(pk=line.due.subject_id), None, by)


KIND = Kind(
    KEY, gettext_lazy("Things they own"), gettext_lazy("a service or a warranty"), due, compose, shown=5, settle=settle
)
