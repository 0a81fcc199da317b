"""Sales noted without signal whose buyer is still to be named: one line for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.purchases.models import Order
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "nameless"
MOST = 50
MINUTES_EACH = Decimal("0.5")


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """One line for up to fifty such sales, under the number of the oldest. One query by its own small index."""
    found = _rows(on, only)
    if not found or not limit:
        return []
    oldest, recorded_at = found[0]
    return [Due(KEY, oldest, "", clock.local(recorded_at).date(), None, {"n": len(found)})]


@prepared
def _rows(on: date, only: Collection[int] | None) -> QuerySet[Order, Any]:
    rows = Order.objects.whose_is_asked().filter(Decision.objects.open_lines(KEY, on)).order_by("id")
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list("pk", "recorded_at")[: MOST + 1]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due) for due in dues]


def line(due: Due) -> Line:
    n = min(due.facts["n"], MOST)
    words = ngettext("%(n)d sale still needs its name", "%(n)d sales still need their names", n)
    more = _("More than %(n)d sales still need their names") if due.facts["n"] > MOST else words
    return Line(
        due=due,
        person="",
        what=more % {"n": n},
        why_person=_("Noted without signal. The money counts already."),
        why_now=_("Who it was is best remembered today."),
        minutes=MINUTES_EACH * n,
        way="place",
        page=reverse("purchases:nameless"),
        page_words=_("Say who it was"),
    )


KIND = Kind(KEY, gettext_lazy("Whose sale was it?"), gettext_lazy("noted at the stall"), due, compose)
