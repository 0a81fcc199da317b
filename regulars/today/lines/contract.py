"""Days of a contract: the lease, the supply, the service plan; seen thirty days ahead, while there is time to talk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.people import queries as people
from regulars.people.services import NewEntry, write_timeline
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.people.models import Occasion
    from regulars.staff.models import User

KEY = "contract"
AHEAD_DAYS = 30
MINUTES = Decimal(5)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Contract days within thirty days, soonest first. One query by index, two around the turn of the year."""
    found: list[Due] = []
    for first, last in people.within_years(on, on + timedelta(days=AHEAD_DAYS)):
        rows = _rows(first, last, on, limit - len(found), only)
        found += [as_due(day) for day in people.observed(rows, first.year)]
    return found


@prepared
def _rows(first: date, last: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Occasion, Any]:
    rows = people.occasion_rows(first, last, (KEY,))
    rows = rows.filter(Decision.objects.open_lines(KEY, on, occurrence=str(first.year)))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list(*people.OBSERVED)[:limit]


def as_due(day: people.ObservedDay) -> Due:
    return Due(KEY, day.occasion_id, str(day.on.year), day.on, day.person_id, {"label": day.label})


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    label = str(due.facts["label"]) or _("contract")
    is_today = due.due_on == on
    return Line(
        due=due,
        person=person.name,
        what=_("%(contract)s: its day comes") % {"contract": label},
        why_person=person.in_words,
        why_now=_("It is today.") if is_today else _("It is on %(day)s.") % {"day": day_in_words(due.due_on)},
        minutes=MINUTES,
        way="task",
        done_words=_("Seen to"),
        phone=person.phone,
        phone_link=person.phone_link,
    )


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Seen to stands on their timeline; the day itself comes again next year."""
    if outcome == "skipped" or line.due.person_id is None:
        return
    text = _("Seen to: %(what)s") % {"what": line.due.facts["label"] or _("contract")}
    number = line.due.subject_id * 10_000 + line.due.due_on.year
    write_timeline([NewEntry(line.due.person_id, clock.now(), "contract", "today", number, text)])


KIND = Kind(
    KEY,
    gettext_lazy("Days of a contract"),
    gettext_lazy("within thirty days"),
    due,
    compose,
    shown=3,
    settle=settle,
)
