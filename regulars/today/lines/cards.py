"""Cards that wait for the printer: one line for all of them. They stand in outreach, which prints them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.outreach.queries.card_budget import over_this_month
from regulars.outreach.queries.printing import AHEAD_DAYS, SHOWN, due_to_print
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.outreach.models import Touch

KEY = "cards"
MINUTES_A_CARD = Decimal("0.5")


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """One line a day while cards wait, of those to be made within a week. At most two queries."""
    # To the minute: a statement is written once for each.
    found = _rows(max(clock.now().replace(second=0, microsecond=0), clock.start_of(on)))
    if not found or (only is not None and 0 not in only) or _is_answered(on):
        return []
    return [Due(KEY, 0, on.isoformat(), on, None, {"count": len(found), "first_on": clock.local(found[0]).date()})]


@prepared
def _rows(at: datetime) -> QuerySet[Touch, datetime]:
    return due_to_print(at, at + timedelta(days=AHEAD_DAYS)).values_list("due_at", flat=True)[: SHOWN + 1]


def _is_answered(on: date) -> bool:
    answered = Decision.objects.closing(on).filter(kind=KEY, subject_id=0, occurrence=on.isoformat())
    return bool(answered.values("pk")[:1])


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, on) for due in dues]


def line(due: Due, on: date) -> Line:
    count = int(due.facts["count"])
    if count > SHOWN:
        what = _("More than %(count)d cards to print") % {"count": SHOWN}
    else:
        what = ngettext("%(count)d card to print", "%(count)d cards to print", count) % {"count": count}
    first_on = due.facts["first_on"]
    why_now = (
        _("Then sign, fold and post them.")
        if first_on <= on
        else _("The first is to be made by %(day)s.") % {"day": day_in_words(first_on)}
    )
    if over_this_month(on):
        why_now += " " + _("This month's cards cost more than you set: the page says which could be left out.")
    return Line(
        due=due,
        person="",
        what=what,
        why_person="",
        why_now=why_now,
        minutes=min(count, SHOWN) * MINUTES_A_CARD,
        way="place",
        page=reverse("outreach:cards"),
        page_words=_("Print them"),
    )


KIND = Kind(KEY, gettext_lazy("Cards"), gettext_lazy("ready to print"), due, compose, shown=1)
