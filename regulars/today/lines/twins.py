"""Entries that may be one person: one line for all of them, only when there are any."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.people.queries import pairs
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.models import Decision

KEY = "twins"
SHOWN_AT_ONCE = 10
MINUTES_EACH = Decimal("0.5")


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """One line a week, if any pair waits to be decided. Two queries by index, bounded."""
    if limit < 1 or (only is not None and 0 not in only):
        return []
    year, week, _day = on.isocalendar()
    occurrence = f"{year}-{week:02}"
    closed = Decision.objects.closing(on).filter(kind=KEY, subject_id=0, occurrence=occurrence)
    waiting = pairs.waiting()
    if not waiting or list(closed.order_by()[:1]):
        return []
    return [Due(KEY, 0, occurrence, on, None, {"waiting": waiting})]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due) for due in dues]


def line(due: Due) -> Line:
    waiting = int(due.facts["waiting"])
    if waiting > pairs.COUNTED:
        what = _("More than %(n)d pairs may be one person each") % {"n": pairs.COUNTED}
    else:
        what = ngettext("%(n)d pair may be the same person", "%(n)d pairs may be the same person", waiting)
        what %= {"n": waiting}
    return Line(
        due=due,
        person="",
        what=what,
        why_person="",
        why_now=_("Side by side, with the reason, the surest first."),
        minutes=max(Decimal(1), MINUTES_EACH * min(waiting, SHOWN_AT_ONCE)),
        way="twins",
    )


def settle(line: Line, outcome: str, note: str, by: object) -> None:
    """Each pair is answered on its own page; there is nothing to write down for the line."""


KIND = Kind(KEY, gettext_lazy("One person twice?"), gettext_lazy("when you have a minute"), due, compose, settle=settle)
