"""Sums that are kept, so that nobody adds up orders to show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from regulars.purchases.models import DayTotals, PersonTotals

PORTION = 10_000


@dataclass(frozen=True)
class MonthTotals:
    """What the shop sold in one month: purchases, and paid less paid back."""

    month: date
    orders: int
    net_amount: Decimal


def totals_of(person_ids: Iterable[int]) -> dict[int, PersonTotals]:
    """The totals of these people; who never bought is left out. One query for ten thousand of them."""
    ids, found = list(person_ids), {}
    for first in range(0, len(ids), PORTION):
        found.update(PersonTotals.objects.in_bulk(ids[first : first + PORTION]))
    return found


def month_totals(first: date, last: date) -> list[MonthTotals]:
    """The shop's totals of the days from `first` to `last`, by month, oldest first; empty months are left out."""
    rows = (
        DayTotals.objects.filter(on__range=(first, last))
        .annotate(month=TruncMonth("on"))
        .values("month")
        .annotate(all_orders=Sum("orders"), all_net=Sum("net_amount"))
        .order_by("month")
    )
    return [MonthTotals(row["month"], row["all_orders"], row["all_net"]) for row in rows]


def net_total(first: date | None = None, last: date | None = None) -> Decimal:
    """Paid less paid back of all orders not cancelled, bought from `first` to `last`. One query over days."""
    days = DayTotals.objects.all()
    if first:
        days = days.filter(on__gte=first)
    if last:
        days = days.filter(on__lte=last)
    return days.aggregate(net=Sum("net_amount"))["net"] or Decimal(0)
