"""Money back, by hand or from a file that holds refunds alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.business import business
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.kit.money import quantized, shown
from regulars.kit.secrets import new_token
from regulars.purchases.events import OrderRefunded, OrdersRecorded
from regulars.purchases.models import Order, OrderLine, Refund
from regulars.purchases.services import story
from regulars.purchases.services.baskets import RefundRow, clip, refund_rows, rounding
from regulars.purchases.services.inputs import LaterRefund, RefundsRecorded
from regulars.purchases.services.known import known_orders
from regulars.purchases.services.refund_rows import add_up_refunds, take_over_refunds
from regulars.purchases.services.totals import Share, settle, shares
from regulars.purchases.services.writing import one_writer, run_over
from regulars.staff.services import note_audit

if TYPE_CHECKING:
    from regulars.staff.models import User

FEW = 500


@transaction.atomic
def record_refund(
    order: Order,
    amount: Decimal | None,
    on: date | None = None,
    by: User | None = None,
    line: OrderLine | None = None,
    reference: str | None = None,
) -> Refund:
    """Note that money went back for an order: all that is left (`amount` None), a part, or for one line.

    Safe to repeat with the same reference. Refuses more than is left of the order or of the line, a day before the
    purchase or after today, and cancelled orders.
    """
    one_writer()
    order = Order.objects.get(pk=order.pk)
    told = reference and order.refunds.filter(reference=clip(reference, 200)).first()
    if told:
        return told
    day = on or clock.today()
    wanted = _checked(order, amount, day, line)
    before = shares([order.pk])
    refund = Refund.objects.create(
        order=order,
        reference=clip(reference or new_token(), 200),
        refunded_on=day,
        amount=wanted,
        line=line,
        is_by_hand=True,
        by=by,
    )
    add_up_refunds([order.pk], next_change_number())
    settle(before, shares([order.pk]))
    story.write([order.pk])
    text = _("%(amount)s back for order %(reference)s") % {"amount": _money(wanted), "reference": order.reference}
    note_audit(by, "refund", room="purchases", kind="order", object_id=order.pk, person_id=order.person_id, text=text)
    _tell(refund)
    return refund


def record_refunds(refunds: Sequence[LaterRefund]) -> RefundsRecorded:
    """Record refunds that come apart from their orders, each once; unknown orders are named by position.

    Up to 500 orders are told one by one (OrderRefunded), more of them as one OrdersRecorded without timeline entries.
    """
    keys = {(refund.source, refund.order_reference) for refund in refunds}
    mils = rounding()
    with transaction.atomic():
        one_writer()
        ids = {key: row.id for key, row in known_orders(keys).items()}
        return _record_known(refunds, ids, mils)


def _record_known(
    refunds: Sequence[LaterRefund], ids: dict[tuple[str, str], int], mils: Callable[[Decimal], int]
) -> RefundsRecorded:
    told: dict[tuple[int, str], RefundRow] = {}
    unknown = []
    for position, later in enumerate(refunds):
        order_id = ids.get((later.source, later.order_reference))
        if order_id is None:
            unknown.append(position)
            continue
        for row in refund_rows([later.refund], mils):
            told[order_id, row[0]] = row
    stand = _standing({order_id for order_id, _ in told})
    new = [key for key in told if key not in stand]
    updated = [key for key in told if key in stand and stand[key] != told[key][1:3]]
    _write([(key[0], told[key]) for key in (*new, *updated)])
    return RefundsRecorded(len(new), len(told) - len(new) - len(updated), len(updated), unknown)


def _standing(order_ids: set[int]) -> dict[tuple[int, str], tuple[str, int]]:
    rows = run_over(
        [[order_id] for order_id in sorted(order_ids)],
        {"id": "bigint"},
        "SELECT r.order_id, r.reference, r.refunded_on, r.amount_mils"
        " FROM {rows} JOIN purchases_refund r ON r.order_id = d.id",
    )
    return {(order_id, reference): (str(day), mils) for order_id, reference, day, mils in rows}


def _write(refunds: list[tuple[int, RefundRow]]) -> None:
    if not refunds:
        return
    order_ids = sorted({order_id for order_id, _ in refunds})
    before = shares(order_ids)
    take_over_refunds(refunds)
    change_number = next_change_number()
    add_up_refunds(order_ids, change_number)
    settle(before, shares(order_ids))
    if len(order_ids) > FEW:
        bulletin.post(_news_of_many(order_ids, change_number, before))
        return
    story.write(order_ids)
    references = {row[0] for _, row in refunds}
    written = Refund.objects.filter(order_id__in=order_ids, reference__in=references).select_related("order")
    bulletin.post(*(_news(refund) for refund in written))


def _news_of_many(order_ids: list[int], change_number: int, before: list[Share]) -> OrdersRecorded:
    """A large file of refunds is told as orders that changed: one notice, read by its change number."""
    days = [day for _, day, _, _ in before]
    span = (order_ids[0], order_ids[-1], len(order_ids))
    return OrdersRecorded(change_number, *span, 0, (), "", True, min(days), max(days))


def _checked(order: Order, amount: Decimal | None, day: date, line: OrderLine | None) -> Decimal:
    """The amount that may go back, or a refusal."""
    if order.is_cancelled:
        raise Refusal(_("This order is cancelled already, so nothing is left to give back."))
    if not order.bought_on <= day <= clock.today():
        raise Refusal(_("A refund lies between the day of the purchase and today."), field="on")
    left = _left(order, line)
    wanted = left if amount is None else quantized(amount, business().currency)
    if wanted <= 0:
        raise Refusal(_("Please write an amount above zero."), field="amount")
    if wanted > left:
        sentence = _("Only %(left)s of this is left to give back.") % {"left": _money(left)}
        raise Refusal(sentence, field="amount")
    return wanted


def _left(order: Order, line: OrderLine | None) -> Decimal:
    left = max(order.paid_amount - order.refunded_amount, Decimal(0))
    if line is None:
        return left
    if line.order_id != order.pk:
        raise Refusal(_("This line belongs to another order."), field="line")
    gone = Refund.objects.filter(line=line).aggregate(gone=Sum("amount"))["gone"] or Decimal(0)
    return max(min(left, line.amount - gone), Decimal(0))


def _tell(refund: Refund) -> None:
    refund.order.refresh_from_db()
    bulletin.post(_news(refund))


def _news(refund: Refund) -> OrderRefunded:
    order = refund.order
    is_whole = order.refunded_amount >= order.paid_amount
    return OrderRefunded(order.pk, order.person_id, refund.pk, refund.refunded_on.isoformat(), is_whole)


def _money(amount: Decimal) -> str:
    return shown(amount, business().currency)
