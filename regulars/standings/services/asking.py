"""What orders say about enquiries: the room that keeps them stands below the orders and is told from here."""

from __future__ import annotations

from collections.abc import Collection

from regulars.people.bulk import among
from regulars.purchases.models import Order
from regulars.rapport import services as rapport

PORTION = 2000


def settle_enquiries(change_numbers: Collection[int]) -> int:
    """Close the enquiries of people who bought in these batches. Reads only orders of people who wait for something.

    Safe to repeat. Large batches are read by those who wait, never order by order.
    """
    won, askers = 0, sorted(rapport.live_askers())
    for first in range(0, len(askers), PORTION):
        some = askers[first : first + PORTION]
        orders = Order.objects.purchases().filter(change_number__in=change_numbers, person_id__in=among(some))
        won += rapport.win_enquiries(orders.values_list("person_id", "bought_on", "pk"))
    return won


def reopen_enquiries(order_ids: Collection[int]) -> int:
    """Let enquiries wait again whose order was cancelled or taken out. Safe to repeat."""
    return rapport.unwin_enquiries(order_ids)
