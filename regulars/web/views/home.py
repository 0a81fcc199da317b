"""The front door, and the three ways to begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from regulars.staff.doors import open_to_everyone, requires
from regulars.staff.queries import is_inhabited


@open_to_everyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first run while nobody lives here, to Today afterwards."""
    return redirect("today:today" if is_inhabited() else "web:first-run")


@requires("house.enter")
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Offer the three ways to begin: a file, names typed in, a look around."""
    return render(request, "web/begin.html")
