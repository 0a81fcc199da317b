"""What the demo's customers bought: baskets from the goods of the season, now and then a gift, a discount, a refund."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from regulars.cli.demo.goods import Good, in_season
from regulars.purchases.services import NewLine, NewOrder, NewRefund

ZONE = "Europe/Dublin"
SOURCE = "till"
FOR_WHOM = ["her sister", "his mother", "a wedding", "a friend’s birthday", "herself, at last", "the christening"]


def reference(number: int) -> str:
    return f"T{number:05d}"


def basket(dice: random.Random, day: date) -> list[Good]:
    return dice.sample(in_season(day.month), dice.choices([1, 2, 3], [0.62, 0.28, 0.10])[0])


def bought_at(dice: random.Random, day: date) -> datetime:
    wall = datetime.combine(day, time(10), ZoneInfo(ZONE)) + timedelta(minutes=dice.randint(0, 7 * 60))
    return wall.astimezone(UTC)


def order(dice: random.Random, number: int, person_id: int, day: date, on: date) -> NewOrder:
    """One basket on one day; prices include 23 % tax."""
    goods = basket(dice, day)
    asked = sum((good.price for good in goods), Decimal(0))
    discount = (asked * Decimal("0.10")).quantize(Decimal("0.01")) if dice.random() < 0.08 else Decimal(0)
    paid = asked - discount
    return NewOrder(
        source=SOURCE,
        reference=reference(number),
        person_id=person_id,
        bought_on=day,
        bought_at=bought_at(dice, day),
        paid_amount=paid,
        discount_amount=discount,
        tax_amount=(paid * 23 / 123).quantize(Decimal("0.01")),
        lines=tuple(NewLine(good.name, good.sku, Decimal(1), good.price, good.kind) for good in goods),
        channel=dice.choices(["shop", "telephone", "online"], [0.86, 0.05, 0.09])[0],
        refunds=refunds(dice, number, goods, paid, day, on),
        note=f"For {dice.choice(FOR_WHOM)}" if dice.random() < 0.09 else "",
    )


def refunds(
    dice: random.Random, number: int, goods: Sequence[Good], paid: Decimal, day: date, on: date
) -> tuple[NewRefund, ...]:
    """Three baskets in a hundred come back: one thing of them, or all."""
    if dice.random() > 0.03:
        return ()
    back_on = min(day + timedelta(days=dice.randint(1, 12)), on)
    amount = paid if len(goods) == 1 else min(goods[0].price, paid)
    return (NewRefund(f"{reference(number)}-R", back_on, amount),)


def orders(dice: random.Random, visits: Sequence[tuple[int, date]], on: date) -> Iterator[NewOrder]:
    """One order a visit, numbered in the order of the days."""
    for number, (person_id, day) in enumerate(sorted(visits, key=lambda visit: (visit[1], visit[0])), start=1):
        yield order(dice, number, person_id, day, on)
