"""Birthdays and other days people told us: seen ten days ahead, so that a card can be written and posted in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.prepared import prepared
from regulars.people import queries as people
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_printed, not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.people.models import Occasion

KEY = "birthday"
AHEAD_DAYS = 10
POST_DAYS = 3
KINDS = ("birthday", "name_day", "anniversary", "other")
WAYS = (CARD, EMAIL, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Days within the next ten, soonest first. One query by index, two around the turn of the year."""
    found: list[Due] = []
    for first, last in people.within_years(on, on + timedelta(days=AHEAD_DAYS)):
        rows = _rows(first, last, on, limit - len(found), only)
        found += [as_due(day) for day in people.observed(rows, first.year)]
    return found


@prepared
def _rows(first: date, last: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Occasion, Any]:
    rows = people.occasion_rows(first, last, KINDS).filter(not_quiet(on), not_printed("kind", "pk", first.year))
    rows = rows.filter(Decision.objects.open_lines(KEY, on, occurrence=str(first.year)))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list(*people.OBSERVED)[:limit]


def as_due(day: people.ObservedDay) -> Due:
    facts = {"kind": day.kind, "turning": day.turning, "label": day.label}
    return Due(KEY, day.occasion_id, str(day.on.year), day.on, day.person_id, facts)


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    return Words({due.key: "birthday" for due in dues if due.facts["kind"] == "birthday"})


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    way = person.way(WAYS)
    return Line(
        due=due,
        person=person.name,
        what=what(due, way),
        why_person=person.in_words,
        why_now=when(due, way, on),
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="greeting",
        programme=str(due.facts["kind"]),
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
    )


def what(due: Due, way: str) -> str:
    occasion = due.facts["label"] or {
        "birthday": _("birthday"),
        "name_day": _("name day"),
        "anniversary": _("anniversary"),
    }.get(str(due.facts["kind"]), _("special day"))
    forms = {
        CARD: _("%(occasion)s card to write by hand"),
        EMAIL: _("%(occasion)s letter by e-mail"),
        CALL: _("%(occasion)s call"),
    }
    return forms.get(way, _("%(occasion)s: a word when they come in")) % {"occasion": occasion}


def when(due: Due, way: str, on: date) -> str:
    day = day_in_words(due.due_on)
    turning = due.facts["turning"]
    if due.due_on == on:
        said = _("It is today.") if turning is None else _("It is today: turning %(age)d.") % {"age": turning}
    elif turning is None or due.facts["kind"] != "birthday":
        said = _("It is on %(day)s.") % {"day": day}
    else:
        said = _("Turning %(age)d on %(day)s.") % {"age": turning, "day": day}
    post_by = due.due_on - timedelta(days=POST_DAYS)
    if way == CARD and post_by >= on:
        said += " " + _("Post it by %(day)s.") % {"day": day_in_words(post_by)}
    return said


KIND = Kind(KEY, gettext_lazy("Birthdays and special days"), gettext_lazy("in the next ten days"), due, compose, words)
