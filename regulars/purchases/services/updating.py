"""Bring known orders up to date with what their source says now."""

from __future__ import annotations

from regulars.purchases.services.baskets import COLUMNS, Basket
from regulars.purchases.services.lines import replace_lines
from regulars.purchases.services.refund_rows import REFUNDED, take_over_refunds
from regulars.purchases.services.writing import run_over

KINDS = {
    "person_id": "bigint",
    "bought_on": "date",
    "bought_at": "timestamptz",
    "paid_mils": "bigint",
    "tax_mils": "bigint",
    "shipping_mils": "bigint",
    "discount_mils": "bigint",
    "is_cancelled": "boolean",
    "channel": "text",
    "served_by_id": "bigint",
    "note": "text",
}
"""The columns an update takes from its source, with PostgreSQL's types; refunds are added up from their rows."""

KEPT = {
    "person_id": "CASE WHEN o.forgotten_at IS NULL THEN coalesce(d.person_id, o.person_id) END",
    "is_cancelled": "(o.is_cancelled_by_hand OR d.is_cancelled)",
    "served_by_id": "coalesce(d.served_by_id, o.served_by_id)",
}
"""What the house knows better than a source that leaves it out."""


def bring_up_to_date(changed: list[tuple[int, Basket]], change_number: int) -> None:
    """Write changed orders with their lines and refunds, each kind of row in a few statements for all."""
    if not changed:
        return
    replace_lines(changed)
    take_over_refunds([(order_id, row) for order_id, basket in changed for row in basket.refunds])
    places = [COLUMNS.index(name) for name in KINDS]
    rows = [(order_id, b.content_hash, *(b.columns[place] for place in places)) for order_id, b in changed]
    taken = ", ".join(f"{name} = {KEPT.get(name, f'd.{name}')}" for name in KINDS)
    sql = (
        "UPDATE purchases_order AS o SET content_hash = d.hash, change_number = %s, TAKEN, refunded_mils = REFUNDED,"
        " is_refunded_beyond_paid = (REFUNDED > d.paid_mils) FROM {rows} WHERE o.id = d.id"
    )
    sql = sql.replace("TAKEN", taken).replace("REFUNDED", REFUNDED)
    run_over(rows, {"id": "bigint", "hash": "bigint", **KINDS}, sql, change_number)
