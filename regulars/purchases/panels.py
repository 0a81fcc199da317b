"""What this room shows on the person page."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit.panels import Panel
from regulars.people.models import Person
from regulars.purchases import queries
from regulars.purchases.saying import last_visit
from regulars.purchases.views.listing import rows_of
from regulars.rapport.queries import LastVisit, what_to_say
from regulars.staff.permissions import may

SHOWN = 5


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """What to say now, and what they bought: the last five orders and the totals. Five queries, or six."""
    orders = list(queries.orders_of(person)[: SHOWN + 1])
    rows = rows_of(orders[:SHOWN])
    context = {
        "person": person,
        "rows": rows,
        "has_more": len(orders) > SHOWN,
        "totals": queries.totals_of([person.pk]).get(person.pk),
    }
    visit = next((LastVisit(row.order.bought_on, row.what) for row in rows if row.order.is_purchase), None)
    if visit is None and len(orders) > SHOWN:
        visit = last_visit(person)
    say = what_to_say(person, last_visit=visit, may_know_all=may(request.user, "people.change"))
    return [
        Panel(60, "main", "purchases/_panel.html", context),
        Panel(12, "main", "purchases/_say.html", {"say": say, "is_on_page": True}),
    ]
