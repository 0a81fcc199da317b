"""Orders of a person, of the shop, and those to say thank you for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from regulars.people.models import Person
from regulars.purchases.models import Order, OrderLine, OrderQuerySet
from regulars.purchases.what import what

PORTION = 10_000


@dataclass(frozen=True)
class OrderPage:
    """One page of the shop's orders, newest first; `after` and `before` lead on and back, "" where there is nothing."""

    orders: list[Order]
    after: str
    before: str


def orders_of(person: Person | int) -> OrderQuerySet:
    """Everything a person bought, newest first, also what was cancelled or paid back. One query, by index."""
    person_id = person if isinstance(person, int) else person.pk
    return Order.objects.filter(person_id=person_id).newest_first()


def recent_orders(after: str = "", limit: int = 50, *, before: str = "", only: Q | None = None) -> OrderPage:
    """One page of all orders, newest first, with their persons. One query by index, however many orders there are.

    `after` and `before` are what a page gave for its neighbours; nonsense in them is the first page.
    """
    orders = Order.objects.select_related("person", "served_by")
    if only is not None:
        orders = orders.filter(only)
    place = _place(after) or _place(before)
    backwards = bool(_place(before)) and not _place(after)
    if place:
        orders = orders.filter(_newer(*place) if backwards else _older(*place))
    ordered = orders.order_by("bought_on", "id") if backwards else orders.newest_first()
    found = list(ordered[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_older, has_newer = (bool(place), has_more) if backwards else (has_more, bool(place))
    return OrderPage(
        found,
        after=_mark(found[-1]) if found and has_older else "",
        before=_mark(found[0]) if found and has_newer else "",
    )


def thankable_orders(first: date, last: date) -> OrderQuerySet:
    """Purchases from `first` to `last`, both included, of people known: the first of each person and day.

    Leaves out what was cancelled or wholly paid back, buckets, and people merged or erased. One query, by index, to be
    narrowed by the caller; order, limit and days are the caller's.
    """
    # The day as a stretch of one: else SQLite may walk all orders of the day by their own index, for each of them.
    earlier = Order.objects.purchases().filter(
        person_id=OuterRef("person_id"), bought_on__gte=OuterRef("bought_on"), bought_on__lte=OuterRef("bought_on"),
        id__lt=OuterRef("id"),
    )  # fmt: skip
    return (
        Order.objects.purchases()
        .filter(bought_on__range=(first, last), person__isnull=False)
        .filter(person__is_bucket=False, person__merged_into=None, person__erased_at=None)
        .filter(~Exists(earlier))
    )


def bought_in_words(order_ids: Iterable[int]) -> dict[int, str]:
    """What each order was, such as "Silver chain and Ribbon"; orders whose source named nothing are left out."""
    return {order_id: what(names) for order_id, names in names_of(list(order_ids)).items() if any(names)}


def names_of(order_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the lines of these orders, in order. One query for ten thousand orders."""
    found: dict[int, list[str]] = {}
    for first in range(0, len(order_ids), PORTION):
        lines = OrderLine.objects.filter(order_id__in=order_ids[first : first + PORTION]).order_by(
            "order_id", "position"
        )
        for order_id, name in lines.values_list("order_id", "name"):
            found.setdefault(order_id, []).append(name)
    return found


def _older(on: date, order_id: int) -> Q:
    return Q(bought_on__lte=on) & (Q(bought_on__lt=on) | Q(id__lt=order_id))


def _newer(on: date, order_id: int) -> Q:
    return Q(bought_on__gte=on) & (Q(bought_on__gt=on) | Q(id__gt=order_id))


def _mark(order: Order) -> str:
    return f"{order.bought_on.isoformat()}.{order.pk}"


def _place(mark: str) -> tuple[date, int] | None:
    day, _, number = mark.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
