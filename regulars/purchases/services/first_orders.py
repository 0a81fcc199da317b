"""Many orders of people who are new themselves: their rows made ready by one process and written by another.

What is in the rows is what `record_orders` writes. All orders of a person are in one batch, so that their totals are
told whole; the ids are reserved beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from regulars.kit import bulletin, database, loads
from regulars.kit.business import business
from regulars.kit.changes import next_change_number
from regulars.kit.services import fix_currency
from regulars.people.bulk import among_texts
from regulars.purchases.events import OrdersRecorded
from regulars.purchases.models import Order
from regulars.purchases.services.products import recognise
from regulars.purchases.services.totals import settle_days
from regulars.purchases.services.writing import one_writer, run

Row = tuple[Any, ...]
ORDER = tuple(
    "id person_id reference bought_on bought_at paid_mils refunded_mils tax_mils shipping_mils discount_mils"
    " is_cancelled is_refunded_beyond_paid channel note content_hash".split()
)
LINE = ("order_id", "position", "product_id", "name", "quantity_mils", "amount_mils", "kind")
REFUND = ("order_id", "reference", "refunded_on", "amount_mils")
TOTALS = ("person_id", "orders", "buying_days", "net_mils", "first_bought_on", "last_bought_on")
SHELF = 20_000


class FirstOrders(NamedTuple):
    """Rows of orders, numbered without a gap; `days` holds (day, purchases, net) of each day."""

    first_id: int
    last_id: int
    cancelled: int
    days: tuple[tuple[str, int, int], ...]
    spans: tuple[str, str]
    loads: tuple[loads.Load, ...]


def first_orders(
    source: str,
    at: datetime,
    orders: Sequence[Row],
    lines: Sequence[Row],
    refunds: Sequence[Row],
    totals: Sequence[Row],
    days: Sequence[tuple[str, int, int]],
) -> FirstOrders:
    """Make rows ready that are as the tables hold them: whole thousandths, ISO days, UTC moments (ORDER, LINE, REFUND,
    TOTALS). The caller answers for what `record_orders` checks, and that no reference comes twice."""
    bought_on, is_cancelled = ORDER.index("bought_on"), ORDER.index("is_cancelled")
    stamp = {
        "source": source[:60],
        "change_number": loads.LATER,
        "recorded_at": str(at.astimezone(UTC).replace(tzinfo=None)),
        "is_cancelled_by_hand": False,
    }
    return FirstOrders(
        orders[0][0],
        orders[-1][0],
        sum(row[is_cancelled] for row in orders),
        tuple(days),
        (min(row[bought_on] for row in orders), max(row[bought_on] for row in orders)),
        (
            loads.made_ready("purchases_order", ORDER, orders, **stamp),
            loads.made_ready("purchases_orderline", LINE, lines),
            loads.made_ready("purchases_refund", REFUND, refunds, is_by_hand=False),
            loads.made_ready("purchases_persontotals", TOTALS, totals),
        ),
    )


def products_of(sold: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, int | None]]:
    """The product of each (name, sku, kind), those that nobody knows added; a shelf at a time, numbered ones first."""
    found: list[tuple[str, str, int | None]] = []
    lines = sorted(sold, key=lambda one: (not one[1], one))
    for start in range(0, len(lines), SHELF):
        with transaction.atomic():
            one_writer()
            known = recognise((name, sku, 0, 0, kind) for name, sku, kind in lines[start : start + SHELF])
        found += [(name, sku, product_id) for (name, sku), product_id in known.items()]
    return found


def hold_new_orders(source: str, below: int, beyond: int, references: Callable[[], Collection[str]]) -> bool:
    """Let nobody else write orders before the transaction ends; say whether none of this source bears one of these
    references, which need not be told where the source has no order outside these ids."""
    one_writer()
    sql = "SELECT 1 FROM purchases_order WHERE (id < %s OR id > %s) AND source = %s LIMIT 1"
    if not run(sql, [below, beyond, source[:60]]):
        return True
    known = Order.objects.filter(source=source[:60], reference__in=among_texts(references()))
    return not known.exists()


def write_first_orders(orders: Sequence[FirstOrders], *, source: str) -> int:
    """Write orders in the transaction that wrote their people, after `hold_new_orders`; returns how many."""
    if business().currency_fixed_at is None:
        fix_currency()
    number = next_change_number()
    count = sum(one.last_id - one.first_id + 1 for one in orders)
    with database.keys_unchecked(count):  # their people are of this transaction, and products are never deleted
        loads.write((load for one in orders for load in one.loads), number)
    days: dict[str, list[int]] = {}
    for day, purchases, net in (told for one in orders for told in one.days):
        total = days.setdefault(day, [0, 0])
        total[0] += purchases
        total[1] += net
    settle_days(days)
    bulletin.post(
        OrdersRecorded(
            change_number=number,
            first_id=min(one.first_id for one in orders),
            last_id=max(one.last_id for one in orders),
            count=count,
            new=count,
            person_ids=(),
            source=source[:60],
            is_bulk=True,
            earliest_on=min(one.spans[0] for one in orders),
            latest_on=max(one.spans[1] for one in orders),
        )
    )
    return count
