"""The reads of this room."""

from regulars.purchases.queries.commissions import MerchantRow, by_merchant
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
from regulars.purchases.queries.parties import Evening, PartyRow, evening_of, parties_lately
from regulars.purchases.queries.totals import MonthTotals, month_totals, net_total, totals_of

__all__ = [
    "Buyer",
    "Buyers",
    "Evening",
    "MerchantRow",
    "MonthTotals",
    "OrderPage",
    "OwnableLine",
    "PartyRow",
    "bought_in_words",
    "buyers_found",
    "by_merchant",
    "evening_of",
    "here_lately",
    "month_totals",
    "names_of",
    "net_total",
    "orders_of",
    "ownable_lines",
    "parties_lately",
    "recent_orders",
    "sold_lately",
    "thankable_orders",
    "totals_of",
]
