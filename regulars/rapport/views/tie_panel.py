"""Answering with one panel of a person's page."""

from __future__ import annotations

from typing import Any, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.rapport.tie_panels import PANELS
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
    drawn = render_to_string(panel.template, panel.context, request)
    return render(request, "ties/panel_page.html", {"person": person, "drawn": drawn}, status=422)
