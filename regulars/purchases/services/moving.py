"""What happens to orders when two records of one person become one, are parted again, or a person is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import transaction

from regulars.kit import clock
from regulars.kit.changes import next_change_number
from regulars.people.records import Moved, MovedRows
from regulars.purchases.models import Order, OrderLine, PersonTotals, Refund
from regulars.purchases.services.totals import settle, shares
from regulars.purchases.services.writing import one_writer

TABLE = "purchases.Order"
Row = TypeVar("Row", OrderLine, Refund)


@transaction.atomic
def move_orders(keep_id: int, other_id: int) -> MovedRows:
    """Give all orders of `other_id` to `keep_id`; returns what moved, so that it can go back."""
    one_writer()
    ids = sorted(_held_by(other_id))
    _hand_over(ids, keep_id)
    return tuple(
        Moved(TABLE, str(order_id), "changed", {"person_id": other_id}, {"person_id": keep_id}) for order_id in ids
    )


@transaction.atomic
def move_back(moved: MovedRows) -> None:
    """Give exactly these orders back, as far as they still stand with the one who was kept."""
    one_writer()
    moves: dict[tuple[int, int], list[int]] = {}
    for row in moved:
        if row.table == TABLE:
            move = int(row.before["person_id"]), int(row.after["person_id"])
            moves.setdefault(move, []).append(int(row.row_id))
    for (owner_id, holder_id), ids in moves.items():
        held = _held_by(holder_id)
        _hand_over([order_id for order_id in ids if order_id in held], owner_id)


@transaction.atomic
def forget_person(person_id: int) -> None:
    """Cut the orders loose from a person who is erased: the shop's sums stay, nothing tells whose they were.

    Notes go, because they may name somebody; lines and amounts stay. An order cut loose never finds its person again,
    also when its source is taken in once more.
    """
    one_writer()
    ids = sorted(_held_by(person_id))
    Order.objects.filter(person_id=person_id).update(forgotten_at=clock.now(), note="")
    _hand_over(ids, None)
    PersonTotals.objects.filter(person_id=person_id).delete()


def records_of(person_id: int) -> dict[str, Any]:
    """Everything this room holds on a person, as plain text and lists."""
    orders = Order.objects.filter(person_id=person_id).order_by("bought_on", "id")
    lines = _by_order(OrderLine.objects.filter(order__person_id=person_id).order_by("order_id", "position"))
    refunds = _by_order(Refund.objects.filter(order__person_id=person_id).order_by("order_id", "id"))
    return {"orders": [_told(order, lines.get(order.pk, []), refunds.get(order.pk, [])) for order in orders]}


def _held_by(person_id: int) -> set[int]:
    return set(Order.objects.filter(person_id=person_id).values_list("id", flat=True))


def _hand_over(order_ids: Sequence[int], person_id: int | None) -> None:
    if not order_ids:
        return
    before = shares(order_ids)
    change_number = next_change_number()
    for first in range(0, len(order_ids), 5000):
        some = order_ids[first : first + 5000]
        Order.objects.filter(id__in=some).update(person_id=person_id, change_number=change_number)
    settle(before, shares(order_ids))


def _by_order(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _told(order: Order, lines: list[OrderLine], refunds: list[Refund]) -> dict[str, Any]:
    return {
        "source": order.source,
        "reference": order.reference,
        "bought_on": order.bought_on.isoformat(),
        "paid_amount": str(order.paid_amount),
        "tax_amount": str(order.tax_amount),
        "shipping_amount": str(order.shipping_amount),
        "discount_amount": str(order.discount_amount),
        "channel": order.channel,
        "is_cancelled": order.is_cancelled,
        "note": order.note,
        "lines": [{"name": n.name, "quantity": str(n.quantity), "amount": str(n.amount)} for n in lines],
        "refunds": [{"refunded_on": r.refunded_on.isoformat(), "amount": str(r.amount)} for r in refunds],
    }
