"""Thank-yous: a week after a purchase, once an order. Whoever is due for several gets one line, and one letter, for all
of them; what falls due within a week of a thank-you waits until that week is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.kit.prepared import prepared
from regulars.people.bulk import among
from regulars.purchases import queries as purchases
from regulars.purchases.models import ItemKind, Order, OrderLine
from regulars.purchases.what import what
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words, way_in_words
from regulars.today.models import Choice, Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "thank_you"
AFTER_DAYS = 7
WINDOW_DAYS = 7
APART_DAYS = 7  # between one thank-you and the next
WAYS = (EMAIL, CARD, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Purchases between 7 and 14 days old that nobody was thanked for; cancelled and wholly refunded ones are none.

    A purchase older than `follow_up_since` (the answer after a first import) is left alone. The line is that of a
    person's oldest such purchase; the later ones go `also`. Two queries.
    """
    first, last = window(on)
    found = _rows(first, last, on, limit, only)
    with_it = _with_it(first, last, on, found)
    return [
        Due(
            KEY,
            pk,
            "",
            bought_on + timedelta(days=AFTER_DAYS),
            person_id,
            {"bought_on": bought_on, "days": (bought_on, *(day for _pk, day in with_it.get(person_id, ())))},
            also=tuple(pk for pk, _day in with_it.get(person_id, ())),
        )
        for pk, bought_on, person_id in found
    ]


def window(on: date) -> tuple[date, date]:
    """The first and the last day of the purchases to thank for."""
    first, last = on - timedelta(days=AFTER_DAYS + WINDOW_DAYS), on - timedelta(days=AFTER_DAYS)
    since = business().follow_up_since
    return max(first, since) if since else first, last


@prepared
def _rows(first: date, last: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Order, Any]:
    orders = _open_orders(first, last, on).filter(not_quiet(on), _not_lately(on)).order_by("bought_on", "pk")
    earlier = Order.objects.purchases().filter(Decision.objects.open_lines(KEY, on), person_id=OuterRef("person_id"),
                                               bought_on__gte=first, bought_on__lt=OuterRef("bought_on"))  # fmt: skip
    orders = orders.filter(~Exists(earlier))
    if only is not None:
        orders = orders.filter(pk__in=only)
    return orders.values_list("pk", "bought_on", "person_id")[:limit]


def _open_orders(first: date, last: date, on: date) -> QuerySet[Order]:
    return purchases.thankable_orders(first, last).filter(Decision.objects.open_lines(KEY, on))


@lru_cache(maxsize=8)
def _not_lately(on: date) -> Q:
    """The condition that a row's person was not thanked in the week before, and has no thank-you that is put off."""
    mine = Decision.objects.filter(kind=KEY, person_id=OuterRef("person_id"))
    thanked = Q(choice__in=(Choice.APPROVED, Choice.DONE), at__gte=clock.start_of(on - timedelta(days=APART_DAYS - 1)))
    return ~Q(Exists(mine.filter(thanked | Q(choice=Choice.SNOOZED, until__gt=on))))


def _with_it(
    first: date, last: date, on: date, found: Sequence[tuple[int, date, int]]
) -> dict[int, list[tuple[int, date]]]:
    """What these people bought besides and are due for as well, oldest first, by person. One query, none for nobody."""
    if not found:
        return {}
    leading = {pk for pk, _day, _person in found}
    rows = _open_orders(first, last, on).filter(person_id__in=among(person_id for _pk, _day, person_id in found))
    besides: dict[int, list[tuple[int, date]]] = {}
    for day, pk, person_id in sorted(rows.values_list("bought_on", "pk", "person_id")):
        if pk not in leading:
            besides.setdefault(person_id, []).append((pk, day))
    return besides


def instead(order_ids: Collection[int], on: date) -> set[int]:
    """The orders whose lines stand where these orders' lines stood: one of them went back, or an older one came in."""
    people = set(Order.objects.filter(pk__in=order_ids, person__isnull=False).values_list("person_id", flat=True))
    first, last = window(on)
    rows = _open_orders(first, last, on).filter(person_id__in=people).order_by("-bought_on", "-pk")
    return set(dict(rows.values_list("person_id", "pk")).values())


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    """What each letter speaks of is read for all of them at once."""
    chosen = main_things([pk for due in dues for pk in orders_of(due)])
    return Words(
        {due.key: wording(known[due.person_id or 0]) for due in dues},
        {due.key: extras(due, [chosen.get(pk, "") for pk in orders_of(due)]) for due in dues},
    )


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    """Say who is thanked for what; what they bought is read for all lines at once."""
    bought = purchases.bought_in_words([pk for due in dues for pk in orders_of(due)])
    return [line(due, known[due.person_id or 0], [bought.get(pk, "") for pk in orders_of(due)], on) for due in dues]


def orders_of(due: Due) -> tuple[int, ...]:
    """The orders one line thanks for, oldest first."""
    return due.subject_id, *due.also


def main_things(order_ids: Collection[int]) -> dict[int, str]:
    """What a letter speaks of: the thing that cost most in each order, never the wrapping around it. One query."""
    lines = OrderLine.objects.filter(order_id__in=order_ids).exclude(kind=ItemKind.SERVICE).exclude(name="")
    found: dict[int, str] = {}
    for order_id, name in lines.order_by("order_id", "-amount", "position").values_list("order_id", "name"):
        found.setdefault(order_id, name)
    return found


def wording(person: Acquaintance) -> str:
    return "first-purchase" if person.visits <= 1 else "thank-you"


def extras(due: Due, bought: Sequence[str]) -> dict[str, str]:
    with in_our_language():
        days = [day_in_words(day) for day in due.facts["days"]]
        return {"bought": what(list(dict.fromkeys(bought))), "bought_on": what(list(dict.fromkeys(days)))}


def line(due: Due, person: Acquaintance, bought: Sequence[str], on: date) -> Line:
    way = person.way(WAYS)
    said = [purchase_in_words(things, day, on) for things, day in zip(bought, due.facts["days"], strict=True)]
    return Line(
        due=due,
        person=person.name,
        what=way_in_words(way, thanks=True),
        why_person=person.in_words,
        why_now=" ".join([*said, _("One thank-you for all of it.")] if due.also else said),
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


def purchase_in_words(bought: str, day: date, on: date) -> str:
    age_days = (on - day).days
    ago = ngettext("%(days)d day ago", "%(days)d days ago", age_days) % {"days": age_days}
    said = {"what": bought or _("A purchase"), "day": day_in_words(day), "ago": ago}
    return _("%(what)s on %(day)s, %(ago)s.") % said


KIND = Kind(
    KEY,
    gettext_lazy("Say thank you"),
    gettext_lazy("a week after they bought"),
    due,
    compose,
    words,
    instead=instead,
)
