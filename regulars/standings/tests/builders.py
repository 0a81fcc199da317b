"""Shops of people and orders, made through the services that the house itself uses."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import Sum

from regulars import insight
from regulars.kit.models import Notice
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.models import Order, Refund
from regulars.purchases.tests.builders import a_business, a_new_order, a_refund
from regulars.standings.models import Standing

TODAY = date(2026, 3, 4)
FACTS = (
    "person_id", "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "usual_gap_days",
    "gap_low_days", "gap_high_days", "slips_on",
)  # fmt: skip


def many_people(count: int, **fields: Any) -> list[int]:
    new = [people.NewPerson(full_name=f"Person {number}", **fields) for number in range(count)]
    return people.record_people(new, source="test").ids


def somebody(name: str = "Ann Archer", **fields: Any) -> Person:
    return Person.objects.get(
        pk=people.record_people([people.NewPerson(full_name=name, **fields)], source="test").ids[0]
    )


def a_shop(count: int = 60, orders: int = 300, seed: int = 3) -> list[int]:
    """A business whose people bought at random in the last two years; some orders came back, some were called off."""
    a_business()
    ids, dice = many_people(count), random.Random(seed)
    known = {person.pk: person for person in Person.objects.filter(pk__in=ids)}
    baskets = []
    for number in range(orders):
        on = TODAY - timedelta(days=dice.randrange(730))
        paid = f"{dice.randrange(500, 20_000) / 100:.2f}"
        refund = dice.choice([None, None, None, "2.50", paid])
        baskets.append(
            a_new_order(
                known[dice.choice(ids)],
                paid,
                on,
                reference=f"till {number}",
                is_cancelled=dice.random() < 0.05,
                refunds=(a_refund(refund, min(TODAY, on + timedelta(days=dice.randrange(60)))),) if refund else (),
            )
        )
    purchases.record_orders(baskets)
    return ids


def visits(person: Person, days_ago: Sequence[int], paid: str = "40.00") -> None:
    """Somebody's visits, each this many days before TODAY."""
    purchases.record_orders([a_new_order(person, paid, TODAY - timedelta(days=ago)) for ago in days_ago])


def stored() -> list[tuple[Any, ...]]:
    return list(Standing.objects.order_by("person_id").values_list(*FACTS))


def expected(as_of: date) -> dict[int, dict[str, Any]]:
    """Insight on the rows as the ORM gives them, in another kind of frame: nothing shared with the copy."""
    return {row["customer"]: row for row in insight.grades(order_frame(as_of), as_of).to_dicts()}


def expected_year(as_of: date) -> pl.DataFrame:
    """What everybody paid in the year before, as `insight.wallet` wants it."""
    year = order_frame(as_of).filter(pl.col("day") > as_of - timedelta(days=365))
    return insight.summary(year, as_of).select("customer", "monetary")


def order_frame(as_of: date) -> pl.DataFrame:
    refunds = dict(
        Refund.objects.filter(refunded_on__lte=as_of).values_list("order_id").annotate(given=Sum("amount")).order_by()
    )
    rows = [
        (o.person_id, o.bought_on, o.paid_amount, refunds.get(o.pk, Decimal(0)), o.is_cancelled)
        for o in Order.objects.filter(person__in=Person.objects.gradable())
    ]
    frame = pl.DataFrame(rows, schema=["customer", "day", "amount", "refund", "cancelled"], orient="row")
    return frame.cast({"amount": pl.Decimal(14, 3), "refund": pl.Decimal(14, 3)})


def stories() -> int:
    return Notice.objects.filter(kind__contains="StandingsChanged").count()
