"""People, orders and sales for tests, made through the services that the house itself uses."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from regulars.kit import services as kit
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import services
from regulars.purchases.models import Order
from regulars.purchases.services import NewLine, NewOrder, NewRefund
from regulars.staff.models import User
from regulars.staff.services import add_staff

_numbers = itertools.count(1)
ON = date(2026, 2, 11)


def a_business(currency: str = "EUR", **fields: Any) -> None:
    kit.set_up_business(name="Ann's boutique", zone="Europe/Berlin", currency=currency, **fields)


def a_person(name: str = "Ann Archer", **fields: Any) -> Person:
    new = people.NewPerson(full_name=name, emails=(f"person{next(_numbers)}@example.org",), **fields)
    return Person.objects.get(pk=people.record_people([new], source="test").ids[0])


def a_colleague(role: str = "owner") -> User:
    return add_staff(email=f"colleague{next(_numbers)}@example.org", display_name="Inés", role=role)


def a_new_order(
    person: Person | None = None, paid: str = "84.00", on: date = ON, reference: str = "", **fields: Any
) -> NewOrder:
    """An order as a caller hands it in; unless said otherwise it has one line, a silver chain."""
    amount = Decimal(paid)
    fields.setdefault("lines", (NewLine("Silver chain", amount=amount),))
    return NewOrder(
        source=fields.pop("source", "shop"),
        reference=reference or f"#{next(_numbers)}",
        person_id=person.pk if person else None,
        bought_on=on,
        paid_amount=amount,
        **fields,
    )


def an_order(person: Person | None = None, paid: str = "84.00", on: date = ON, **fields: Any) -> Order:
    return Order.objects.get(pk=services.record_orders([a_new_order(person, paid, on, **fields)]).ids[0])


def a_refund(amount: str, on: date = ON, reference: str = "r1", line_index: int | None = None) -> NewRefund:
    return NewRefund(reference, on, Decimal(amount), line_index)
