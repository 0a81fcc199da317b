"""What a party was: guests, orders, sums."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from regulars.purchases.models import Order, Party, PartyGuest, PartyOrder
from regulars.purchases.queries.orders import names_of
from regulars.purchases.what import what


@dataclass(frozen=True)
class Ordered:
    """One order of the evening."""

    order: Order
    what: str


@dataclass(frozen=True)
class Evening:
    """Guests in the order they were noted, orders likewise, and what was earned."""

    guests: list[PartyGuest]
    orders: list[Ordered]
    net_amount: Decimal


@dataclass(frozen=True)
class PartyRow:
    party: Party
    guests: int
    orders: int
    net_amount: Decimal


def parties_lately(limit: int) -> list[PartyRow]:
    """The newest first. Two queries."""
    rows = list(Party.objects.select_related("host").annotate(n=Count("guests")).order_by("-held_on", "-id")[:limit])
    sums = PartyOrder.objects.filter(party__in=rows).values_list("party_id")
    earned = {
        party_id: (n, net or Decimal(0))
        for party_id, n, net in sums.annotate(n=Count("pk"), net=Sum("order__net_amount"))
    }
    return [PartyRow(row, row.n, *earned.get(row.pk, (0, Decimal(0)))) for row in rows]


def evening_of(party: Party) -> Evening:
    """Three queries."""
    guests = list(party.guests.select_related("person").order_by("pk"))
    found = [row.order for row in party.orders.select_related("order__person").order_by("order_id")]
    names = names_of([order.pk for order in found])
    orders = [Ordered(order, what(names.get(order.pk, []))) for order in found]
    return Evening(guests, orders, sum((order.net_amount for order in found), Decimal(0)))
