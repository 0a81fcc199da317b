"""Sales noted where there was no signal: each arrives once, and whose it was is settled now or asked later."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases.events import OrdersRecorded
from regulars.purchases.models import Order
from regulars.purchases.queries.counter import only_one
from regulars.purchases.services import story
from regulars.purchases.services.moving import hand_over
from regulars.purchases.services.selling import saved_by, sell
from regulars.purchases.services.writing import one_writer
from regulars.staff.services import note_audit

if TYPE_CHECKING:
    from regulars.staff.models import User

OLDEST = timedelta(days=60)


def arrive(
    key: str,
    amount: Decimal,
    what: str,
    by: User,
    *,
    person_id: int | None = None,
    who: str = "",
    newcomer: people.NewPerson | None = None,
    noted_at: datetime | None = None,
) -> Order:
    """Record a sale that waited on a phone; a `key` that came before is the same sale, whatever happened to it since.

    `who` finds its person where exactly one bears that name, address or number; otherwise the sale counts at once and
    whose it was is asked. A clock that runs ahead, or is months behind, is not believed: then it was sold now.
    """
    if not key:
        raise Refusal(_("This entry has no mark of its own, so it cannot be told from a second one."))
    if known := saved_by(key):
        return known
    if person_id is None and newcomer is None:
        person_id = only_one(who)
    at = _believable(noted_at)
    order = sell(person_id, amount, what, by, at=at, key=key, newcomer=newcomer)
    if order.person_id is None and who.strip():
        Order.objects.filter(pk=order.pk, person=None).update(meant_for=who.strip()[:200])
        order.refresh_from_db()
    return order


@transaction.atomic
def assign_order(order_id: int, person_id: int, by: User | None = None) -> Order:
    """Say whose sale it was. Refused for one that is somebody's already or was cut loose from an erased person."""
    one_writer()
    order = Order.objects.get(pk=order_id)
    if order.person_id == person_id:
        return order
    if order.person_id is not None:
        raise Refusal(_("This sale is somebody's already."))
    if order.forgotten_at is not None:
        raise Refusal(_("This sale belonged to somebody who was erased. It stays without a name."))
    if not Person.objects.here().filter(pk=person_id).exists():
        raise Refusal(_("This person is no longer in your book. Please choose again."), field="person")
    hand_over([order.pk], person_id)
    Order.objects.filter(pk=order.pk).update(meant_for="")
    story.write([order.pk])
    note_audit(by, "assign", room="purchases", kind="order", object_id=order.pk, person_id=person_id)
    number, day = next_change_number(), order.bought_on.isoformat()
    Order.objects.filter(pk=order.pk).update(change_number=number)
    bulletin.post(OrdersRecorded(number, order.pk, order.pk, 1, 0, (person_id,), order.source, False, day, day))
    order.refresh_from_db()
    return order


def leave_nameless(order_id: int) -> None:
    """Nobody remembers whose it was: it stays a sale without a name and is not asked about again. Safe to repeat."""
    Order.objects.filter(pk=order_id, person=None).update(meant_for="")


def _believable(noted_at: datetime | None) -> datetime:
    now = clock.now()
    return noted_at if noted_at and now - OLDEST <= noted_at <= now else now
