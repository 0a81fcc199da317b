"""What this room shows on the person page."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit.panels import Panel
from regulars.people.models import Person
from regulars.rapport import queries
from regulars.staff.permissions import may


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """Every panel of this room. Three queries; one more about somebody who ticked the box on the page."""
    return [asked(request, person)]


def asked(request: HttpRequest, person: Person) -> Panel:
    """What they asked for, what waits with them, and when we last spoke."""
    enquiries, entries = queries.enquiries_of(person), queries.encounters_of(person)
    last = queries.last_contacts([person.pk])[person.pk]
    yes = queries.asked_yes_of(person) if any(one.has_ticked_consent for one in enquiries) else []
    is_empty = not (enquiries or entries or yes or last.from_them or last.from_us)
    context = {
        "person": person,
        "enquiries": enquiries,
        "entries": entries,
        "last": last,
        "asked_yes": yes,
        "may_record": may(request.user, "rapport.record"),
        "may_consent": may(request.user, "people.consent"),
    }
    return Panel(30, "main", "enquiries/_panel.html", context, is_empty)
