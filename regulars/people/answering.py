"""Answering with one panel of a person's page: a room says which panels are its own and what they look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.panels import Panel
from regulars.people.models import Person


@dataclass(frozen=True)
class Panels:
    """The panels of one room by name, and the style sheet they need on a page of their own."""

    draw: Mapping[str, Callable[..., Panel]]
    styles: str

    def done(self, request: HttpRequest, person: Person, name: str) -> HttpResponse:
        """The panel anew for htmx, the person's page otherwise."""
        if is_htmx(request):
            panel = self.draw[name](request, Person.objects.get(pk=person.pk))
            return render(request, panel.template, panel.context)
        return redirect_back(request, "people:detail", person.pk)

    def not_done(
        self,
        request: HttpRequest,
        person: Person,
        name: str,
        form_name: str,
        form: Form,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        """The panel with what was typed and why it was refused; without script on a page of its own. 422."""
        if refusal is not None:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        more: dict[str, Any] = {form_name: form, "open": form_name}
        panel = self.draw[name](request, person, **more)
        if is_htmx(request):
            return render(request, panel.template, panel.context, status=422)
        return self.on_a_page(request, person, panel, status=422)

    def on_a_page(self, request: HttpRequest, person: Person, panel: Panel, status: int = 200) -> HttpResponse:
        """One panel by itself, for a browser without script."""
        drawn = render_to_string(panel.template, panel.context, request)
        context = {"person": person, "drawn": drawn, "styles": self.styles}
        return render(request, "people/panel_page.html", context, status=status)
