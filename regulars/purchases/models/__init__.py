"""The nouns of this room."""

from regulars.purchases.models.mils import MilsField
from regulars.purchases.models.orders import Order, OrderLine, OrderQuerySet, Refund, RemovedOrder
from regulars.purchases.models.products import ItemKind, Product
from regulars.purchases.models.totals import DayTotals, PersonTotals

__all__ = [
    "DayTotals",
    "ItemKind",
    "MilsField",
    "Order",
    "OrderLine",
    "OrderQuerySet",
    "PersonTotals",
    "Product",
    "Refund",
    "RemovedOrder",
]
