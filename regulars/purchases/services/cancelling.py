"""Orders that are no purchase after all: cancelled ones stay and say so, removed ones leave a tombstone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import bulletin, clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.purchases.events import OrderCancelled, OrdersRemoved
from regulars.purchases.models import Order
from regulars.purchases.services import story, terms
from regulars.purchases.services.totals import settle, shares
from regulars.purchases.services.writing import one_writer, run_over
from regulars.staff.services import note_audit

if TYPE_CHECKING:
    from regulars.staff.models import User

PARTICULAR = 500  # sales by hand are taken out one by one; a whole import holds none on account and no gifts
PARTICULARS = (
    ("purchases_gift", "order_id"),
    ("purchases_commission", "order_id"),
    ("purchases_partyorder", "order_id"),
    ("purchases_exchange", "taken_id"),
    ("purchases_exchange", "given_back_id"),
)


@transaction.atomic
def cancel_order(order: Order, by: User | None = None) -> Order:
    """Mark an order cancelled by hand; it stays so whatever its source says later. Safe to repeat.

    Refused once money went back: such an order is refunded, in part or wholly.
    """
    one_writer()
    order = Order.objects.get(pk=order.pk)
    if order.is_cancelled:
        return order
    if order.refunded_amount:
        raise Refusal(_("Money went back for this order already. Give back the rest instead of cancelling it."))
    before = shares([order.pk])
    Order.objects.filter(pk=order.pk).update(
        is_cancelled=True, is_cancelled_by_hand=True, cancelled_by=by, change_number=next_change_number()
    )
    settle(before, shares([order.pk]))
    terms.no_longer_owed([order.pk])
    terms.forget_gifts([order.pk])
    story.write([order.pk])
    note_audit(by, "cancel", room="purchases", kind="order", object_id=order.pk, person_id=order.person_id)
    bulletin.post(OrderCancelled(order.pk, order.person_id))
    order.refresh_from_db()
    return order


@transaction.atomic
def remove_orders(order_ids: Sequence[int], by: User | None = None) -> int:
    """Take orders out as if never recorded, with lines, refunds and timeline; returns how many there were.

    Each leaves a tombstone for copies. Ids not found (removed already) are passed over, so it is safe to repeat. The
    same order may come in again later, as a new one.
    """
    one_writer()
    before = shares(order_ids)
    if not before:
        return 0
    owners = _owners(order_ids)
    change_number = next_change_number()
    if len(order_ids) <= PARTICULAR:
        terms.no_longer_owed(order_ids)
        terms.forget_gifts(order_ids)
    _bury(order_ids, change_number)
    settle(before, [])
    story.forget(owners)
    text = ngettext("%(n)s order taken out", "%(n)s orders taken out", len(before)) % {"n": len(before)}
    note_audit(by, "remove", room="purchases", kind="order", object_id=order_ids[0], text=text)
    person_ids = sorted({person_id for _, person_id in owners if person_id is not None})
    bulletin.post(OrdersRemoved(tuple(order_id for order_id, _ in owners), tuple(person_ids), change_number))
    return len(before)


def _owners(order_ids: Sequence[int]) -> list[tuple[int, int | None]]:
    rows = run_over(
        [[order_id] for order_id in order_ids],
        {"id": "bigint"},
        "SELECT o.id, o.person_id FROM {rows} JOIN purchases_order o ON o.id = d.id ORDER BY o.id",
    )
    return [(order_id, person_id) for order_id, person_id in rows]


def _bury(order_ids: Sequence[int], change_number: int) -> None:
    ids, columns = [[order_id] for order_id in order_ids], {"id": "bigint"}
    run_over(
        ids,
        columns,
        "INSERT INTO purchases_removedorder (order_id, source, reference, person_id, removed_at, change_number)"
        " SELECT o.id, o.source, o.reference, o.person_id, %s, %s FROM purchases_order o JOIN {rows} ON d.id = o.id",
        str(clock.now().replace(tzinfo=None)),
        change_number,
    )
    for table, column in PARTICULARS:
        run_over(ids, columns, f"DELETE FROM {table} WHERE {column} IN (SELECT d.id FROM {{rows}})")  # noqa: S608  # ours
    run_over(ids, columns, "DELETE FROM purchases_refund WHERE order_id IN (SELECT d.id FROM {rows})")
    run_over(ids, columns, "DELETE FROM purchases_orderline WHERE order_id IN (SELECT d.id FROM {rows})")
    run_over(ids, columns, "DELETE FROM purchases_order WHERE id IN (SELECT d.id FROM {rows})")
