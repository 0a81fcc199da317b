"""Answering with one panel of a person's page."""

from __future__ import annotations

from typing import Any, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.panels import Panel
from regulars.people.access import person_here
from regulars.people.models import Person
from regulars.people.panels import PANELS
from regulars.staff.doors import requires
from regulars.staff.models import User


def staff(request: HttpRequest) -> User:
    return cast("User", request.user)


def done(request: HttpRequest, person: Person, name: str) -> HttpResponse:
    """The panel anew for htmx, the person's page otherwise."""
    if is_htmx(request):
        panel = PANELS[name](request, Person.objects.get(pk=person.pk))
        return render(request, panel.template, panel.context)
    return redirect_back(request, "people:detail", person.pk)


def not_done(
    request: HttpRequest, person: Person, name: str, form_name: str, form: Form, refusal: Refusal | None = None
) -> HttpResponse:
    """The panel with what was typed and why it was refused; without script on a page of its own. 422."""
    if refusal is not None:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    more: dict[str, Any] = {form_name: form, "open": form_name}
    panel = PANELS[name](request, person, **more)
    if is_htmx(request):
        return render(request, panel.template, panel.context, status=422)
    return _on_a_page(request, person, panel, status=422)


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
    return _on_a_page(request, person, panel)


def _on_a_page(request: HttpRequest, person: Person, panel: Panel, status: int = 200) -> HttpResponse:
    drawn = render_to_string(panel.template, panel.context, request)
    return render(request, "people/panel_page.html", {"person": person, "drawn": drawn}, status=status)
