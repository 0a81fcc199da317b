"""Tell a person's timeline what they bought: one entry an order, which can be written again at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from regulars.kit import clock
from regulars.people import services as people
from regulars.purchases.models import Order, OrderLine
from regulars.purchases.what import sentence

ROOM = "purchases"
KIND = "order"
PORTION = 5000


def write(order_ids: Sequence[int]) -> None:
    """Write or rewrite the entries of these orders as they stand now. Two queries and one bulk write."""
    names = defaultdict(list)
    for order_id, name in (
        OrderLine.objects.filter(order_id__in=order_ids).order_by("position").values_list("order_id", "name")
    ):
        names[order_id].append(name)
    orders = Order.objects.filter(id__in=order_ids, person__isnull=False)
    people.write_timeline([_entry(order, names[order.pk]) for order in orders])


def rewrite(person_id: int) -> None:
    """Write the whole story of one person anew, also what came in by a large import."""
    ids = list(Order.objects.filter(person_id=person_id).values_list("id", flat=True))
    for first in range(0, len(ids), PORTION):
        write(ids[first : first + PORTION])


def forget(orders: Iterable[tuple[int, int | None]]) -> None:
    """Take the entries of (order, person) out again."""
    told = [(order_id, person_id) for order_id, person_id in orders if person_id is not None]
    if told:
        people.remove_from_timeline(
            ROOM, KIND, [person_id for _, person_id in told], [order_id for order_id, _ in told]
        )


def _entry(order: Order, names: list[str]) -> people.NewEntry:
    assert order.person_id is not None
    text = sentence(names, order.paid_amount, order.refunded_amount, is_cancelled=order.is_cancelled)
    return people.NewEntry(
        person_id=order.person_id,
        at=order.bought_at or _noon(order),
        kind=KIND,
        room=ROOM,
        object_id=order.pk,
        text=text[:500],
    )


def _noon(order: Order) -> datetime:
    """An order whose hour nobody knows stands at noon of its day, so that no zone moves it to another day."""
    return datetime.combine(order.bought_on, time(12), clock.zone()).astimezone(UTC)
