"""What is said when something is wrong: in the owner's words, and without asking the database for anything."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from regulars.kit.trouble import full, in_words


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("web/errors/400.html"), status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody of the house asked for more than their role allows."""
    return render(request, "web/errors/403.html", status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's own mark is missing or old: the page stood open too long, or another site sent it."""
    return HttpResponse(render_to_string("web/errors/form_too_old.html"), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed; a full disk and a damaged file are told apart: the owner can do something about them."""
    sentence = in_words(sys.exc_info()[1])
    status = 507 if sentence == full() else 500
    return HttpResponse(render_to_string("web/errors/500.html", {"sentence": sentence}), status=status)
