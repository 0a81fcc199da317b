"""The verbs of this room, one file a topic. The only code that writes orders."""

from regulars.purchases.services.arriving import arrive, assign_order, leave_nameless
from regulars.purchases.services.baskets import Basket, basket_of, of_person
from regulars.purchases.services.cancelling import cancel_order, remove_orders
from regulars.purchases.services.exchanging import Exchanged, exchange
from regulars.purchases.services.first_orders import (
    FirstOrders,
    first_orders,
    hold_new_orders,
    products_of,
    write_first_orders,
)
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
from regulars.purchases.services.parties import close_party, note_party_sale, plan_party, wants_to_host, welcome
from regulars.purchases.services.recording import record_baskets, record_orders
from regulars.purchases.services.refunding import record_refund, record_refunds
from regulars.purchases.services.selling import sell, undo_sale
from regulars.purchases.services.story import rewrite as rewrite_timeline
from regulars.purchases.services.terms import (
    commission_of,
    merchant_named,
    note_commission,
    note_gift,
    note_payout,
    person_behind,
    put_on_account,
    receiver_of,
)

__all__ = [
    "Basket",
    "Exchanged",
    "FirstOrders",
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
    "close_party",
    "commission_of",
    "exchange",
    "first_orders",
    "forget_person",
    "hold_new_orders",
    "leave_nameless",
    "merchant_named",
    "move_back",
    "move_orders",
    "note_as_owned",
    "note_commission",
    "note_gift",
    "note_party_sale",
    "note_payout",
    "of_person",
    "person_behind",
    "plan_party",
    "products_of",
    "put_on_account",
    "receiver_of",
    "record_baskets",
    "record_orders",
    "record_refund",
    "record_refunds",
    "records_of",
    "remove_orders",
    "rewrite_timeline",
    "sell",
    "undo_sale",
    "wants_to_host",
    "welcome",
    "write_first_orders",
]
