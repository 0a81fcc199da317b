"""A picture of a letter, for whoever has the letter: its address cannot be guessed and says nothing about a reader."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from regulars.outreach.models import Picture
from regulars.staff.doors import open_to_everyone

A_YEAR = 365 * 24 * 3600


@open_to_everyone
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Show one picture. One query."""
    row = get_object_or_404(Picture, name=name)
    reply = HttpResponse(bytes(row.content), content_type="image/png" if row.ending == "png" else "image/jpeg")
    reply["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return reply
