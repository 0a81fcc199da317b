"""Thank-yous: a week after a purchase, once for each day somebody bought on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.business import business, in_our_language
from regulars.kit.prepared import prepared
from regulars.purchases import queries as purchases
from regulars.purchases.models import ItemKind, OrderLine
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words, way_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.purchases.models import Order

KEY = "thank_you"
AFTER_DAYS = 7
WINDOW_DAYS = 7
WAYS = (EMAIL, CARD, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Purchases between 7 and 14 days old that nobody was thanked for; cancelled and wholly refunded ones are none.

    A purchase older than `follow_up_since` (the answer after a first import) is left alone. One query.
    """
    first, last = on - timedelta(days=AFTER_DAYS + WINDOW_DAYS), on - timedelta(days=AFTER_DAYS)
    since = business().follow_up_since
    found = _rows(max(first, since) if since else first, last, on, limit, only)
    return [
        Due(KEY, pk, "", bought_on + timedelta(days=AFTER_DAYS), person_id, {"bought_on": bought_on})
        for pk, bought_on, person_id in found
    ]


@prepared
def _rows(first: date, last: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Order, Any]:
    orders = purchases.thankable_orders(first, last)
    orders = orders.filter(not_quiet(on), Decision.objects.open_lines(KEY, on)).order_by("bought_on", "pk")
    if only is not None:
        orders = orders.filter(pk__in=only)
    return orders.values_list("pk", "bought_on", "person_id")[:limit]


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    """What each letter speaks of is read for all of them at once."""
    chosen = main_things([due.subject_id for due in dues])
    return Words(
        {due.key: wording(known[due.person_id or 0]) for due in dues},
        {due.key: extras(due, chosen.get(due.subject_id, "")) for due in dues},
    )


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    """Say who is thanked for what; what they bought is read for all lines at once."""
    bought = purchases.bought_in_words([due.subject_id for due in dues])
    return [line(due, known[due.person_id or 0], bought.get(due.subject_id, ""), on) for due in dues]


def main_things(order_ids: Collection[int]) -> dict[int, str]:
    """What a letter speaks of: the thing that cost most in each order, never the wrapping around it. One query."""
    lines = OrderLine.objects.filter(order_id__in=order_ids).exclude(kind=ItemKind.SERVICE).exclude(name="")
    found: dict[int, str] = {}
    for order_id, name in lines.order_by("order_id", "-amount", "position").values_list("order_id", "name"):
        found.setdefault(order_id, name)
    return found


def wording(person: Acquaintance) -> str:
    return "first-purchase" if person.visits <= 1 else "thank-you"


def extras(due: Due, bought: str) -> dict[str, str]:
    with in_our_language():
        return {"bought": bought, "bought_on": day_in_words(due.facts["bought_on"])}


def line(due: Due, person: Acquaintance, bought: str, on: date) -> Line:
    way = person.way(WAYS)
    age_days = (on - due.facts["bought_on"]).days
    ago = ngettext("%(days)d day ago", "%(days)d days ago", age_days) % {"days": age_days}
    what = bought or _("A purchase")
    return Line(
        due=due,
        person=person.name,
        what=way_in_words(way, thanks=True),
        why_person=person.in_words,
        why_now=_("%(what)s on %(day)s, %(ago)s.")
        % {"what": what, "day": day_in_words(due.facts["bought_on"]), "ago": ago},
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="care",
        programme="thank-you",
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
    )


KIND = Kind(KEY, gettext_lazy("Say thank you"), gettext_lazy("a week after they bought"), due, compose, words)
