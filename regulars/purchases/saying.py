"""What to say to somebody before serving them: their last visit, added to what the room below knows of them."""

from __future__ import annotations

from regulars.kit.numbers import row_number
from regulars.people.models import Person
from regulars.purchases.models import Order
from regulars.purchases.what import what
from regulars.rapport.queries import LastVisit, Say, what_to_say

LINES_READ = 8


def last_visit(person: Person) -> LastVisit | None:
    """Their last purchase and what it was. One query, by index."""
    orders = Order.objects.purchases().filter(person=person)
    newest = orders.order_by("-bought_on", "-id", "lines__position")
    rows = list(newest.values_list("pk", "bought_on", "lines__name")[:LINES_READ])
    if not rows:
        return None
    order_id, bought_on, _name = rows[0]
    return LastVisit(bought_on, what([name for pk, _on, name in rows if pk == order_id and name]))


def say_to(person: Person, *, may_know_all: bool) -> Say | None:
    """The one line for the counter. Three queries; a page with their orders gives the visit it has read."""
    return what_to_say(person, last_visit=last_visit(person), may_know_all=may_know_all)


def say_to_chosen(chosen: str, *, may_know_all: bool) -> Say | None:
    """The same for somebody chosen in a form by number; None for nobody."""
    if (number := row_number(chosen)) is None:
        return None
    person = Person.objects.here().filter(pk=number, is_bucket=False).first()
    return say_to(person, may_know_all=may_know_all) if person else None
