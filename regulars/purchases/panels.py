"""What this room shows on the person page."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit.panels import Panel
from regulars.people.models import Person
from regulars.purchases import queries
from regulars.purchases.views.listing import rows_of

SHOWN = 5


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """What they bought: the last five orders and the totals, from the orders themselves. Three queries."""
    orders = list(queries.orders_of(person)[: SHOWN + 1])
    context = {
        "person": person,
        "rows": rows_of(orders[:SHOWN]),
        "has_more": len(orders) > SHOWN,
        "totals": queries.totals_of([person.pk]).get(person.pk),
    }
    return [Panel(60, "main", "purchases/_panel.html", context)]
