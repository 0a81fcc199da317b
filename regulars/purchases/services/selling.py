"""The quick sale: who, how much, what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import quantized
from regulars.kit.secrets import new_token
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases.models import Order
from regulars.purchases.models.orders import QUICK_SALE
from regulars.purchases.services.cancelling import remove_orders
from regulars.purchases.services.inputs import NewLine, NewOrder
from regulars.purchases.services.recording import record_orders
from regulars.purchases.services.writing import one_writer

if TYPE_CHECKING:
    from regulars.staff.models import User

LARGEST = Decimal(10_000_000)
UNDO_WITHIN = timedelta(hours=24)


@transaction.atomic
def sell(
    person_id: int | None,
    amount: Decimal,
    what: str = "",
    by: User | None = None,
    on: date | None = None,
    *,
    key: str = "",
    newcomer: people.NewPerson | None = None,
    at: datetime | None = None,
    channel: str = "shop",
) -> Order:
    """Note one sale over the counter; `person_id` None is a customer nobody knows, unless a `newcomer` comes with it.

    `key` makes it safe to send twice: the same key with the same content is the same sale, with another content it is
    refused. Refuses amounts of zero or less and days after today. `at` is the moment, where it was not now.
    """
    line = NewLine(name=" ".join(what.split()), amount=_checked(amount), kind="product")
    day = clock.local(at).date() if at else on or clock.today()
    if day > clock.today():
        raise Refusal(_("That day has not come yet."), field="on")
    if known := saved_by(key):
        return _same(known, known.person_id if newcomer else person_id, line, day)
    if newcomer is not None and person_id is None:
        person_id = people.record_people([newcomer], source=QUICK_SALE, by=by).ids[0]
        people.link_sender(Person.objects.get(pk=person_id), newcomer.referred_by_text, by)
    one_writer()
    if known := saved_by(key):
        return _same(known, person_id, line, day)
    if person_id is not None and not Person.objects.here().filter(pk=person_id).exists():
        raise Refusal(_("This person is no longer in your book. Please choose again."), field="person")
    order = NewOrder(
        source=QUICK_SALE,
        reference=key or new_token(),
        person_id=person_id,
        bought_on=day,
        bought_at=at or (clock.now() if day == clock.today() else None),
        paid_amount=line.amount,
        lines=(line,) if line.name else (),
        channel=channel,
        served_by_id=by.pk if by else None,
    )
    return Order.objects.get(pk=record_orders([order]).ids[0])


def undo_sale(order: Order, by: User) -> None:
    """Take a quick sale back at once: within a day, by whoever noted it, as long as nothing else happened to it."""
    if order.source != QUICK_SALE or clock.now() - order.recorded_at > UNDO_WITHIN:
        raise Refusal(_("Only a sale noted by hand today can be undone. Cancel it or give the money back instead."))
    if order.served_by_id != by.pk:
        raise Refusal(_("Only the one who noted this sale can undo it. Ask a manager to cancel it."))
    if order.refunded_amount or order.is_cancelled:
        raise Refusal(_("Something happened to this sale since. It stays as it is."))
    remove_orders([order.pk], by=by)


def _checked(amount: Decimal) -> Decimal:
    rounded = quantized(amount, business().currency)
    if rounded <= 0:
        raise Refusal(_("Please write an amount above zero."), field="amount")
    if rounded > LARGEST:
        raise Refusal(_("That is a very large sale. Please look at the amount again."), field="amount")
    return rounded


def saved_by(key: str) -> Order | None:
    """The quick sale that was saved under this key."""
    return Order.objects.filter(source=QUICK_SALE, reference=key).first() if key else None


def _same(known: Order, person_id: int | None, line: NewLine, day: date) -> Order:
    """The sale this form saved already, if it says the same; else somebody went back and wrote over it."""
    said = (known.person_id, known.paid_amount, known.bought_on, known.lines.values_list("name", flat=True).first())
    if said != (person_id, line.amount, day, line.name or None):
        raise Refusal(
            _("This form was saved already, with something else in it. If this is another sale, save it again.")
        )
    return known
