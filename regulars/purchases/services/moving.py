"""What happens to orders when two records of one person become one, are parted again, or a person is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.changes import next_change_number
from regulars.kit.secrets import keyed_hash
from regulars.kit.sweeping import holding
from regulars.people.models import Reminder
from regulars.people.moving import move_rows, put_back
from regulars.people.queries.traces import traces_of
from regulars.people.records import Moved, MovedRows
from regulars.purchases.models import (
    Gift,
    Order,
    OrderLine,
    Party,
    PartyGuest,
    PersonTotals,
    Product,
    Refund,
    RemovedOrder,
)
from regulars.purchases.services.totals import settle, shares
from regulars.purchases.services.writing import one_writer

TABLE = "purchases.Order"
Row = TypeVar("Row", OrderLine, Refund)


@transaction.atomic
def move_orders(keep_id: int, other_id: int) -> MovedRows:
    """Give all orders of `other_id` to `keep_id`; returns what moved, so that it can go back."""
    one_writer()
    ids = sorted(_held_by(other_id))
    hand_over(ids, keep_id)
    orders = tuple(
        Moved(TABLE, str(order_id), "changed", {"person_id": other_id}, {"person_id": keep_id}) for order_id in ids
    )
    return (
        *orders,
        *move_rows(Gift.objects.filter(receiver_id=other_id), keep_id, column="receiver"),
        *move_rows(Party.objects.filter(host_id=other_id), keep_id, column="host"),
        *move_rows(PartyGuest.objects.filter(person_id=other_id), keep_id, unless_same=("party_id",)),
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
        hand_over([order_id for order_id in ids if order_id in held], owner_id)
    put_back(row for row in moved if row.table != TABLE)


@transaction.atomic
def forget_person(person_id: int) -> None:
    """Cut the orders loose from a person who is erased: the shop's sums stay, nothing tells whose they were.

    Notes go, because they may name somebody; lines and amounts stay, but a line that names them ("cake for Ann Baker")
    is called as its product is. An order cut loose never finds its person again,
    also when its source is taken in once more.
    """
    one_writer()
    ids = sorted(_held_by(person_id))
    _take_out_words(person_id)
    Order.objects.filter(person_id=person_id).update(forgotten_at=clock.now(), note="", meant_for="")
    RemovedOrder.objects.filter(person_id=person_id).update(person_id=None)
    hand_over(ids, None)
    PersonTotals.objects.filter(person_id=person_id).delete()
    Gift.objects.filter(receiver_id=person_id).update(receiver=None, receiver_name="", occasion="")
    Gift.objects.filter(order_id__in=ids).update(receiver_name="", occasion="")
    _forget_host(person_id)
    PartyGuest.objects.filter(person_id=person_id).delete()
    Party.objects.filter(host_id=person_id).update(place="", host_gift="")


def _take_out_words(person_id: int) -> None:
    """Call lines that name this person as their product is called, and number anew what is numbered by them.

    A product that was made for them alone and bears their name loses it; one that others bought too keeps its own.
    """
    texts = traces_of([person_id])
    lines = OrderLine.objects.filter(order__person_id=person_id)
    product = Product.objects.filter(pk=OuterRef("product_id")).values("name")[:1]
    lines.filter(pk__in=holding(lines, ("name",), texts)).update(name=Coalesce(Subquery(product), Value("")))
    bought = Product.objects.filter(Exists(lines.filter(product_id=OuterRef("pk"))))
    others = OrderLine.objects.exclude(pk__in=lines.values("pk")).filter(product_id=OuterRef("pk"))
    for one in bought.filter(~Exists(others), pk__in=holding(bought, ("name", "sku"), texts)):
        Product.objects.filter(pk=one.pk).update(name=f"#{one.pk}", name_key=f"#{one.pk}", sku="")
        OrderLine.objects.filter(product=one).update(name="")
    orders = Order.objects.filter(person_id=person_id)
    for order in orders.filter(pk__in=holding(orders, ("reference",), texts)):
        Order.objects.filter(pk=order.pk).update(reference=keyed_hash(order.reference, "forgotten order"))
    refunds = Refund.objects.filter(order__person_id=person_id)
    for refund in refunds.filter(pk__in=holding(refunds, ("reference",), texts)):
        Refund.objects.filter(pk=refund.pk).update(reference=keyed_hash(refund.reference, "forgotten refund"))


def _forget_host(person_id: int) -> None:
    """What is to be done for guests names their host: it stays to be done, without the name."""
    guests = PartyGuest.objects.filter(party__host_id=person_id).values("person_id")
    rows = Reminder.objects.filter(person_id__in=guests)
    named = holding(rows, ("what",), traces_of([person_id]))
    Reminder.objects.filter(pk__in=named).update(what=_("Something about the party they came to"))


def records_of(person_id: int) -> dict[str, Any]:
    """Everything this room holds on a person, as plain text and lists."""
    orders = Order.objects.filter(person_id=person_id).order_by("bought_on", "id")
    lines = _by_order(OrderLine.objects.filter(order__person_id=person_id).order_by("order_id", "position"))
    refunds = _by_order(Refund.objects.filter(order__person_id=person_id).order_by("order_id", "id"))
    gifts = Gift.objects.filter(receiver_id=person_id).order_by("order_id")
    parties = Party.objects.filter(host_id=person_id).order_by("held_on", "id")
    went = PartyGuest.objects.filter(person_id=person_id).order_by("party__held_on", "id")
    return {
        "gifts_received": [{"occasion": gift.occasion, "order": gift.order_id} for gift in gifts],
        "parties_hosted": [
            {"held_on": one.held_on.isoformat(), "place": one.place, "host_gift": one.host_gift} for one in parties
        ],
        "parties_visited": [
            {"held_on": day.isoformat(), "wants_to_host": wants}
            for day, wants in went.values_list("party__held_on", "wants_to_host")
        ],
        "orders": [_told(order, lines.get(order.pk, []), refunds.get(order.pk, [])) for order in orders],
    }


def _held_by(person_id: int) -> set[int]:
    return set(Order.objects.filter(person_id=person_id).values_list("id", flat=True))


def hand_over(order_ids: Sequence[int], person_id: int | None) -> None:
    """Let these orders be another person's, or nobody's, and settle totals. Inside a transaction of one writer."""
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
