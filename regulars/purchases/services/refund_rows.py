"""The rows of what went back."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.purchases.services.baskets import RefundRow
from regulars.purchases.services.writing import run_over

Refunds = Sequence[tuple[int, RefundRow]]
KINDS = {"order_id": "bigint", "reference": "text", "day": "date", "amount": "bigint", "position": "int"}
REFUNDED = "(SELECT coalesce(sum(r.amount_mils), 0) FROM purchases_refund r WHERE r.order_id = o.id)"


def upsert_refunds(refunds: Refunds) -> None:
    """Write refunds of orders whose lines stand already; a known reference takes on what it says now. One statement."""
    if not refunds:
        return
    run_over(
        [(order_id, *row) for order_id, row in refunds],
        KINDS,
        "INSERT INTO purchases_refund (order_id, reference, refunded_on, amount_mils, line_id, is_by_hand)"
        " SELECT d.order_id, d.reference, d.day, d.amount, l.id, false FROM {rows}"
        " LEFT JOIN purchases_orderline l ON l.order_id = d.order_id AND l.position = d.position WHERE true"
        " ON CONFLICT (order_id, reference) DO UPDATE SET refunded_on = excluded.refunded_on,"
        " amount_mils = excluded.amount_mils, line_id = excluded.line_id",
    )


def take_over_refunds(refunds: Refunds) -> None:
    """Write what the source says of known orders. A refund noted by hand gives way to one of the same amount.

    So that 20.00 noted at the counter and 20.00 in next month's export are one refund, not two.
    """
    if not refunds:
        return
    run_over(
        [(order_id, *row) for order_id, row in refunds],
        KINDS,
        "WITH told AS (SELECT d.order_id, d.amount, row_number() OVER (PARTITION BY d.order_id, d.amount"
        " ORDER BY d.reference) AS nth FROM {rows} WHERE NOT EXISTS (SELECT 1 FROM purchases_refund k"
        " WHERE k.order_id = d.order_id AND k.reference = d.reference)),"
        " noted AS (SELECT r.id, r.order_id, r.amount_mils, row_number() OVER (PARTITION BY r.order_id, r.amount_mils"
        " ORDER BY r.id) AS nth FROM purchases_refund r"
        " WHERE r.is_by_hand AND r.order_id IN (SELECT order_id FROM told))"
        " DELETE FROM purchases_refund WHERE id IN (SELECT noted.id FROM noted JOIN told ON told.nth = noted.nth"
        " AND told.order_id = noted.order_id AND told.amount = noted.amount_mils)",
    )
    upsert_refunds(refunds)


def add_up_refunds(order_ids: Sequence[int], change_number: int) -> None:
    """Bring what the orders say of their refunds in step with the refund rows. One statement."""
    sql = (
        "UPDATE purchases_order AS o SET change_number = %s, refunded_mils = REFUNDED,"
        " is_refunded_beyond_paid = (REFUNDED > o.paid_mils) FROM {rows} WHERE o.id = d.id"
    )
    ids = [[order_id] for order_id in order_ids]
    run_over(ids, {"id": "bigint"}, sql.replace("REFUNDED", REFUNDED), change_number)
