"""The verbs of this room, one file a topic. The only code that writes orders."""

from regulars.purchases.services.arriving import arrive, assign_order, leave_nameless
from regulars.purchases.services.baskets import Basket, basket_of, of_person
from regulars.purchases.services.cancelling import cancel_order, remove_orders
from regulars.purchases.services.inputs import (
    LaterRefund,
    NewLine,
    NewOrder,
    NewRefund,
    Recorded,
    RefundsRecorded,
)
from regulars.purchases.services.moving import forget_person, move_back, move_orders, records_of
from regulars.purchases.services.owning import note_as_owned
from regulars.purchases.services.recording import record_baskets, record_orders
from regulars.purchases.services.refunding import record_refund, record_refunds
from regulars.purchases.services.selling import sell, undo_sale
from regulars.purchases.services.story import rewrite as rewrite_timeline

__all__ = [
    "Basket",
    "LaterRefund",
    "NewLine",
    "NewOrder",
    "NewRefund",
    "Recorded",
    "RefundsRecorded",
    "arrive",
    "assign_order",
    "basket_of",
    "cancel_order",
    "forget_person",
    "leave_nameless",
    "move_back",
    "move_orders",
    "note_as_owned",
    "of_person",
    "record_baskets",
    "record_orders",
    "record_refund",
    "record_refunds",
    "records_of",
    "remove_orders",
    "rewrite_timeline",
    "sell",
    "undo_sale",
]
