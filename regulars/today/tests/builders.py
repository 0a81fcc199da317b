"""A shop with a day to plan: people, purchases and grades, all through the rooms' own services."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from regulars.kit import services as kit
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.services import NewLine, NewOrder, NewRefund
from regulars.staff.models import User
from regulars.staff.services import add_staff
from regulars.standings.services import grade_everyone

ON = date(2026, 6, 10)
_numbers = itertools.count(1)


def a_shop() -> None:
    kit.set_up_business(name="Linden Lane", owner_name="Maya", zone="Europe/Dublin", currency="EUR", country="IE")


def an_owner() -> User:
    return add_staff(email=f"owner{next(_numbers)}@example.com", display_name="Maya Linden", role="owner")


def a_person(name: str = "Ann Kavanagh", *, email: bool = True, **fields: Any) -> Person:
    emails = (f"p{next(_numbers)}@example.com",) if email else ()
    given = name.split(" ")[0]
    new = people.NewPerson(full_name=name, given_name=given, emails=emails, **fields)
    return Person.objects.get(pk=people.record_people([new], source="test").ids[0])


def bought(
    person: Person, days: Iterable[int], *, on: date = ON, refunded: bool = False, cancelled: bool = False
) -> list[Order]:
    """One purchase of a green silk scarf on each of these days before `on`."""
    orders = []
    for ago in days:
        reference = f"T{next(_numbers)}"
        day = on - timedelta(days=ago)
        refunds = (NewRefund(f"{reference}-R", day, Decimal("64.00")),) if refunded else ()
        orders.append(
            NewOrder(
                source="till",
                reference=reference,
                person_id=person.pk,
                bought_on=day,
                paid_amount=Decimal("64.00"),
                lines=(NewLine("Green silk scarf", amount=Decimal("64.00")),),
                is_cancelled=cancelled,
                refunds=refunds,
            )
        )
    return list(Order.objects.filter(pk__in=purchases.record_orders(orders).ids).order_by("bought_on"))


def graded(on: date = ON) -> None:
    grade_everyone(on)
