"""The reads of this room."""

from regulars.purchases.queries.counter import Buyer, Buyers, buyers_found, here_lately, sold_lately
from regulars.purchases.queries.orders import (
    OrderPage,
    bought_in_words,
    names_of,
    orders_of,
    recent_orders,
    thankable_orders,
)
from regulars.purchases.queries.owning import OwnableLine, ownable_lines
from regulars.purchases.queries.totals import MonthTotals, month_totals, net_total, totals_of

__all__ = [
    "Buyer",
    "Buyers",
    "MonthTotals",
    "OrderPage",
    "OwnableLine",
    "bought_in_words",
    "buyers_found",
    "here_lately",
    "month_totals",
    "names_of",
    "net_total",
    "orders_of",
    "ownable_lines",
    "recent_orders",
    "sold_lately",
    "thankable_orders",
    "totals_of",
]
