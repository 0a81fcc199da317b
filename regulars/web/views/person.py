"""The person page: each room says what it knows, in its own panels; nothing here knows what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from regulars.outreach.panels import panels as of_outreach
from regulars.people.models import Person
from regulars.people.panels import panels as of_people
from regulars.purchases.panels import panels as of_purchases
from regulars.rapport.panels import panels as of_rapport
from regulars.rapport.tie_panels import panels as of_ties
from regulars.staff import sightings
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may
from regulars.standings.panels import panels as of_standings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from regulars.kit.panels import Panel

ROOMS = (of_people, of_rapport, of_ties, of_purchases, of_standings, of_outreach)
BELOW_THE_TOP = 20  # who somebody is and what to say stand before everything, on a phone too


@requires("people.see")
@require_safe
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Compose the page of one person. The queries are those of the panels, each a fixed number."""
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise Http404
    if person.merged_into_id:
        return redirect("people:detail", person.merged_into_id)
    sightings.note(who_knocks(request), person.pk)
    found = panels_of(request, person)
    panels = [panel for panel in found if not panel.is_empty]
    context = {
        "person": person,
        "folded_panels": _folded(request, found),
        "top_panels": [panel for panel in panels if panel.column == "main" and panel.order < BELOW_THE_TOP],
        "main_panels": [panel for panel in panels if panel.column == "main" and panel.order >= BELOW_THE_TOP],
        "side_panels": [panel for panel in panels if panel.column == "side"],
    }
    return render(request, "web/person.html", context)


def _folded(request: HttpRequest, found: list[Panel]) -> list[Panel]:
    """What could be written down about them and is not yet; nothing for who may only look."""
    if not may(request.user, "rapport.record"):
        return []
    return sorted((panel for panel in found if panel.is_empty), key=lambda panel: panel.column)


def panels_of(request: HttpRequest, person: Person) -> list[Panel]:
    """Collect what every room shows about this person, in the order they ask for."""
    found = [panel for panels in ROOMS for panel in panels(request, person)]
    return sorted(found, key=lambda panel: panel.order)
