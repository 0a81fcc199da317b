"""One thing back, another taken: the difference is paid or given back, and both sales say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.purchases.models import Exchange, Order, OrderLine
from regulars.purchases.services.refunding import record_refund
from regulars.purchases.services.selling import sell
from regulars.purchases.services.writing import one_writer

if TYPE_CHECKING:
    from regulars.staff.models import User


@dataclass(frozen=True)
class Exchanged:
    """`to_pay` is what the customer pays on top; negative, what goes back over the counter."""

    taken: Order
    came_back_amount: Decimal
    to_pay: Decimal


@transaction.atomic
def exchange(
    order: Order,
    amount: Decimal,
    what: str,
    by: User | None = None,
    *,
    key: str,
    line: OrderLine | None = None,
    came_back: Decimal | None = None,
    on: date | None = None,
) -> Exchanged:
    """Take something back (a line, an amount, or all that is left) and sell something else for `amount` instead.

    The same key again is the same exchange. Refuses what a refund or a sale refuses, as a whole.
    """
    if not key:
        raise Refusal(_("This form has lost its mark. Load the page again."))
    one_writer()
    told = Exchange.objects.filter(key=key).select_related("taken").first()
    refund = record_refund(order, came_back, on, by, line, reference=f"exchange {key}")
    if told and told.taken:
        return Exchanged(told.taken, refund.amount, told.taken.paid_amount - refund.amount)
    taken = sell(order.person_id, amount, what, by, on, key=f"exchange {key}", channel=order.channel or "shop")
    Exchange.objects.create(key=key, given_back=order, taken=taken)
    return Exchanged(taken, refund.amount, taken.paid_amount - refund.amount)
