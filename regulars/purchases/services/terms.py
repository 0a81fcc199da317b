"""What is particular about a sale: on account, a gift for somebody, a commission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import quantized, shown
from regulars.kit.numbers import row_number
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.words import fold
from regulars.purchases.models import Commission, Gift, Merchant, Order
from regulars.purchases.queries.counter import only_one
from regulars.purchases.what import what
from regulars.rapport import services as rapport
from regulars.rapport.models import Owed, Side
from regulars.staff.models import User
from regulars.staff.services import note_audit

ONE = Decimal(1)


def put_on_account(order: Order, due_on: date, by: User | None = None) -> Owed:
    """It counts as sold now and is paid later: what they owe us stands among promises until it came. Safe to repeat."""
    if order.person is None:
        raise Refusal(_("Only somebody you know can buy on account."), field="who")
    if due_on < order.bought_on:
        raise Refusal(_("That day is before the sale."), field="due_on")
    amount = shown(order.paid_amount, business().currency)
    words = _("%(amount)s for %(what)s, sold on account") % {"amount": amount, "what": _names(order)}
    return rapport.owe(order.person, Side.THEY, words, due_on, agreed_on=order.bought_on, key=_account(order.pk), by=by)


def no_longer_owed(order_ids: Sequence[int]) -> None:
    """Sales that are none after all are not owed for."""
    for owed in Owed.objects.filter(key__in=[_account(order_id) for order_id in order_ids], outcome=""):
        rapport.forget_owed(owed)


def _account(order_id: int) -> str:
    return f"order {order_id}"


@transaction.atomic
def note_gift(
    order: Order, for_whom: str, occasion: str = "", secret_until: date | None = None, receiver_id: int | None = None
) -> Gift:
    """Say for whom it was bought: somebody of the book (by number, or the one who bears that name), or just a name.

    It stands on the receiver's timeline with the giver's name, marked as a secret until the day asked for. The thanks
    still go to the one who bought.
    """
    receiver = receiver_id or only_one(for_whom)
    if receiver is None and not for_whom.strip():
        raise Refusal(_("Please write for whom it was."), field="gift_for")
    if receiver is not None and receiver == order.person_id:
        raise Refusal(_("That is the one who bought it."), field="gift_for")
    before = Gift.objects.filter(order=order).first()
    if before and before.receiver_id and before.receiver_id != receiver:
        people.remove_from_timeline("purchases", "gift", [before.receiver_id], [order.pk])
    name = "" if receiver else for_whom.strip()[:200]
    values = {"receiver_id": receiver, "receiver_name": name, "occasion": occasion.strip()[:100]}
    gift, _is_new = Gift.objects.update_or_create(order=order, defaults={**values, "secret_until": secret_until})
    if receiver:
        people.write_timeline([_received(order, gift)])
    return gift


def _received(order: Order, gift: Gift) -> people.NewEntry:
    giver = str(order.person) if order.person else _("somebody")
    text = _("%(what)s, a gift from %(giver)s") % {"what": _names(order), "giver": giver}
    if gift.secret_until and gift.secret_until >= clock.today():
        text = _("%(text)s (a secret until %(day)s)") % {"text": text, "day": gift.secret_until.isoformat()}
    at = order.bought_at or order.recorded_at
    return people.NewEntry(gift.receiver_id or 0, at, "gift", "purchases", order.pk, text[:500])


def forget_gifts(order_ids: Sequence[int]) -> None:
    """Sales that are none after all were no gifts either."""
    gone = list(
        Gift.objects.filter(order_id__in=order_ids, receiver__isnull=False).values_list("receiver_id", "order_id")
    )
    if gone:
        people.remove_from_timeline(
            "purchases", "gift", [receiver for receiver, _order in gone], [pk for _r, pk in gone]
        )


def commission_of(value: Decimal, rate: Decimal | None, amount: Decimal | None) -> Decimal:
    """Our part of a merchant's sale: the amount said, or the value times the rate (0-1), rounded to the currency."""
    if amount is None and rate is None:
        raise Refusal(_("Please write your commission, as an amount or in percent."), field="commission")
    if value <= 0:
        raise Refusal(_("Please write what it cost the customer."), field="value")
    part = amount if amount is not None else value * (rate or Decimal(0))
    if not 0 < part <= value:
        raise Refusal(_("The commission is more than nothing and at most the whole price."), field="commission")
    return quantized(part, business().currency)


def merchant_named(name: str) -> Merchant:
    """The firm of that name, made the first time; capitals and accents do not matter."""
    words = " ".join(name.split())[:120]
    if not words:
        raise Refusal(_("Please write which firm it was sold for."), field="merchant")
    return Merchant.objects.get_or_create(name_key=fold(words), defaults={"name": words})[0]


@transaction.atomic
def note_commission(order: Order, merchant: Merchant, value: Decimal) -> Commission:
    """Say that this order is our commission on a merchant's sale of `value`. Safe to repeat."""
    told, is_new = Commission.objects.get_or_create(
        order=order, defaults={"merchant": merchant, "value_amount": quantized(value, business().currency)}
    )
    if is_new and order.paid_amount:
        Merchant.objects.filter(pk=merchant.pk).update(usual_rate=min(ONE, order.paid_amount / told.value_amount))
    return told


@transaction.atomic
def note_payout(merchant: Merchant, on: date, by: User | None = None) -> int:
    """The firm paid what it owed for sales up to that day; returns for how many. Safe to repeat."""
    if on > clock.today():
        raise Refusal(_("That day has not come yet."), field="on")
    open_ones = Commission.objects.filter(merchant=merchant, paid_out_on=None, order__bought_on__lte=on)
    paid = open_ones.update(paid_out_on=on)
    if paid:
        note_audit(by, "payout", room="purchases", kind="merchant", object_id=merchant.pk, text=f"{merchant} {paid}")
    return paid


def _names(order: Order) -> str:
    return what(list(order.lines.order_by("position").values_list("name", flat=True))) or _("a sale")


def receiver_of(person_id: int) -> list[Gift]:
    """What somebody was given, newest first, at most fifty. One query."""
    rows = Gift.objects.filter(receiver_id=person_id).select_related("order__person")
    return list(rows.order_by("-order__bought_on", "-order_id")[:50])


def person_behind(text: str, chosen: str = "") -> Person | None:
    """Who is meant on a form: the one chosen by number, or the only one who bears that name."""
    pk = row_number(chosen)
    pk = only_one(text) if pk is None else pk
    return Person.objects.here().filter(pk=pk).first() if pk else None
