"""The kit's own pages: the living style guide, and the choice of light or dark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.specimens import specimens

A_YEAR = 60 * 60 * 24 * 365


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render(request, "kit/style_guide.html", specimens())


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or auto in a cookie and go back to where the reader was."""
    reply = redirect_back(request, "/")
    theme = request.POST.get("theme", "auto")
    if theme in {"auto", "light", "dark"}:
        reply.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax")
    return reply
