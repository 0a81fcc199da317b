"""Lines of new and of changed orders."""

from __future__ import annotations

from regulars.purchases.services.baskets import Basket
from regulars.purchases.services.products import recognise
from regulars.purchases.services.writing import insert_rows, run_over

COLUMNS = {
    "order_id": "bigint",
    "position": "int",
    "product_id": "bigint",
    "name": "text",
    "quantity_mils": "bigint",
    "amount_mils": "bigint",
    "kind": "text",
}
Numbered = list[tuple[int, Basket]]


def insert_lines(numbered: Numbered) -> None:
    """Add the lines of orders that have none yet."""
    rows = _rows(numbered)
    if rows:
        insert_rows("purchases_orderline", tuple(COLUMNS), rows)


def replace_lines(changed: Numbered) -> None:
    """Give known orders the lines they have now; a line keeps its row by position, and with it its refunds."""
    counts = [(order_id, len(basket.lines)) for order_id, basket in changed]
    columns = {"id": "bigint", "lines": "int"}
    run_over(
        counts,
        columns,
        "UPDATE purchases_refund SET line_id = NULL WHERE line_id IN (SELECT l.id FROM purchases_orderline l"
        " JOIN {rows} ON d.id = l.order_id WHERE l.position >= d.lines)",
    )
    run_over(
        counts,
        columns,
        "DELETE FROM purchases_orderline WHERE id IN (SELECT l.id FROM purchases_orderline l"
        " JOIN {rows} ON d.id = l.order_id WHERE l.position >= d.lines)",
    )
    run_over(
        _rows(changed),
        COLUMNS,
        "INSERT INTO purchases_orderline (order_id, position, product_id, name, quantity_mils, amount_mils, kind)"
        " SELECT order_id, position, product_id, name, quantity_mils, amount_mils, kind FROM {rows} WHERE true"
        " ON CONFLICT (order_id, position) DO UPDATE SET product_id = excluded.product_id, name = excluded.name,"
        " quantity_mils = excluded.quantity_mils, amount_mils = excluded.amount_mils, kind = excluded.kind",
    )


def _rows(numbered: Numbered) -> list[tuple[int, int, int | None, str, int, int, str]]:
    products = recognise(line for _, basket in numbered for line in basket.lines)
    return [
        (order_id, position, products[name, sku], name, quantity, amount, kind)
        for order_id, basket in numbered
        for position, (name, sku, quantity, amount, kind) in enumerate(basket.lines)
    ]
