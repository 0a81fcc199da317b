"""The nouns of this room."""

from regulars.purchases.models.mils import MilsField
from regulars.purchases.models.orders import Order, OrderLine, OrderQuerySet, Refund, RemovedOrder
from regulars.purchases.models.parties import Party, PartyGuest, PartyOrder
from regulars.purchases.models.products import ItemKind, Product
from regulars.purchases.models.terms import Commission, Exchange, Gift, Merchant
from regulars.purchases.models.totals import DayTotals, PersonTotals

__all__ = [
    "Commission",
    "DayTotals",
    "Exchange",
    "Gift",
    "ItemKind",
    "Merchant",
    "MilsField",
    "Order",
    "OrderLine",
    "OrderQuerySet",
    "Party",
    "PartyGuest",
    "PartyOrder",
    "PersonTotals",
    "Product",
    "Refund",
    "RemovedOrder",
]
