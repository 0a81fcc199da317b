"""What is said when something is wrong: in the owner's words, and without asking the database for anything."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from regulars.kit.trouble import full, in_words

OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "next", "was", "version", "key"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("web/errors/400.html"), status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody of the house asked for more than their role allows."""
    return render(request, "web/errors/403.html", status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's own mark is missing or old: the page stood open too long, or another site sent it."""
    return HttpResponse(render_to_string("web/errors/form_too_old.html"), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is here. What was typed into a form of something that is gone meanwhile is shown, to copy."""
    return render(request, "web/errors/404.html", {"typed": _typed(request)}, status=404)


def _typed(request: HttpRequest) -> list[str]:
    """The words of a form, longest first; never a password, nor what only the page itself put there."""
    if request.method != "POST" or not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    texts = {
        text.strip()
        for name, values in request.POST.lists()
        if name not in OWN_FIELDS and not any(part in name for part in ("password", "token", "code"))
        for text in values
    }
    return sorted((text for text in texts if len(text) > 1 and not text.isdigit()), key=len, reverse=True)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed; a full disk and a damaged file are told apart: the owner can do something about them."""
    sentence = in_words(sys.exc_info()[1])
    status = 507 if sentence == full() else 500
    return HttpResponse(render_to_string("web/errors/500.html", {"sentence": sentence}), status=status)
