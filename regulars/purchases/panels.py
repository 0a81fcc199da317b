"""What this room shows on the person page."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit.panels import Panel
from regulars.people.models import Person
from regulars.purchases import queries
from regulars.purchases.saying import say_to
from regulars.purchases.views.listing import rows_of
from regulars.staff.permissions import may

SHOWN = 5


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """What to say now, and what they bought: the last five orders and the totals. Six queries."""
    orders = list(queries.orders_of(person)[: SHOWN + 1])
    context = {
        "person": person,
        "rows": rows_of(orders[:SHOWN]),
        "has_more": len(orders) > SHOWN,
        "totals": queries.totals_of([person.pk]).get(person.pk),
    }
    say = say_to(person, may_know_all=may(request.user, "people.change"))
    return [
        Panel(60, "main", "purchases/_panel.html", context),
        Panel(12, "main", "purchases/_say.html", {"say": say, "is_on_page": True}),
    ]
