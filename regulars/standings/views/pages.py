"""The pages that look closer; each reads what the last grading found and changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.staff.doors import requires
from regulars.standings.pages.certainty import certainty_page
from regulars.standings.pages.retention import retention_page
from regulars.standings.pages.slipping import slipping_page
from regulars.standings.pages.value import value_page
from regulars.standings.pages.ways import tabs
from regulars.standings.queries import is_small_shop


@requires("standings.see")
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Do they come back, after how long, and who stays."""
    return _shown(request, "retention", retention_page())


@requires("standings.see")
@require_safe
def value(request: HttpRequest) -> HttpResponse:
    """What the next twelve months hold from the people there are."""
    return _shown(request, "value", value_page())


@requires("standings.see")
@require_safe
def slipping(request: HttpRequest) -> HttpResponse:
    """Who is later than usual, what that may cost, and the way to them."""
    return _shown(request, "slipping", slipping_page())


@requires("standings.see")
@require_safe
def certainty(request: HttpRequest) -> HttpResponse:
    """Which rule is behind the figures, and how wrong it was."""
    return _shown(request, "certainty", certainty_page())


def _shown(request: HttpRequest, name: str, page: Any) -> HttpResponse:
    """A small shop finds these pages from the first one; a larger one has them side by side."""
    context = {"page": page, "tabs": [] if is_small_shop() else tabs(name)}
    return render(request, f"standings/{name}.html", context)
