"""Answering with one panel of a person's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from regulars.kit.answer import is_htmx
from regulars.people.access import person_here
from regulars.people.answering import Panels
from regulars.people.panels import PANELS
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User


def staff(request: HttpRequest) -> User:
    return who_knocks(request)


ours = Panels(PANELS, "people/people.css")
done, not_done = ours.done, ours.not_done


@requires("people.see")
@require_safe
def timeline(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what happened before a moment: more of the list for htmx, a page of its own otherwise."""
    person = person_here(person_id)
    if "before" not in request.GET:
        return redirect("people:detail", person.pk)
    panel = PANELS["timeline"](request, person)
    if is_htmx(request):
        return render(request, "people/_timeline_more.html", panel.context)
    return ours.on_a_page(request, person, panel)
