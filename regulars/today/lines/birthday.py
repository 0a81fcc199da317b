"""Birthdays and other days people told us: seen ten days ahead, so that a card can be written and posted in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.people import queries as people
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.drafts import drafts_for
from regulars.today.lines.quiet import without_quiet
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words
from regulars.today.models import Decision

KEY = "birthday"
STRETCHES = ((0, 0), (1, 3), (4, 10))
POST_DAYS = 3
KINDS = ("birthday", "name_day", "anniversary", "other")
WAYS = (CARD, EMAIL, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Days within the next ten, soonest first, read in three stretches until there are enough. At most nine queries."""
    found: list[Due] = []
    for first, last in STRETCHES:
        dues = occasions(on + timedelta(days=first), on + timedelta(days=last), only)
        found += without_quiet(undecided(dues, on), on)
        if len(found) >= limit:
            break
    return found[:limit]


def occasions(first: date, last: date, only: Collection[int] | None) -> list[Due]:
    return [
        Due(
            KEY,
            row.occasion_id,
            str(row.on.year),
            row.on,
            row.person_id,
            {"kind": row.kind, "turning": row.turning, "label": row.label},
        )
        for row in people.occasions_between(first, last, KINDS)
        if only is None or row.occasion_id in only
    ]


def undecided(dues: Sequence[Due], on: date) -> list[Due]:
    if not dues:
        return []
    closed = Decision.objects.closing(on).filter(kind=KEY, occurrence__in={due.occurrence for due in dues})
    decided = set(closed.values_list("subject_id", "occurrence"))
    return [due for due in dues if (due.subject_id, due.occurrence) not in decided]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    wording_of = {due.key: "birthday" for due in dues if due.facts["kind"] == "birthday"}
    drafts = drafts_for(dues, wording_of, {})
    return [line(due, known[due.person_id or 0], drafts, on) for due in dues]


def line(due: Due, person: Acquaintance, drafts: Mapping[str, object], on: date) -> Line:
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
        draft=drafts.get(due.key),  # type: ignore[arg-type]  # by key
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


KIND = Kind(KEY, gettext_lazy("Birthdays and special days"), gettext_lazy("in the next ten days"), due, compose)
