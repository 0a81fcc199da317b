"""The page behind the link of the letter: it confirms a yes to offers. Opening it changes nothing, for scanners do.

The link itself is the proof that somebody reads that mailbox, so that the page needs no sign-in, no cookie, no script
and no word from the browser about where it came from.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.rapport import services
from regulars.rapport.services import Confirmed
from regulars.staff.doors import open_to_everyone


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_yes(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST confirms, a second time it is settled already. Whatever is wrong with a link is one answer."""
    ask = services.ask_behind(token)
    if ask is None:
        return render(request, "enquiries/yes_unknown.html", status=404)
    with translation.override(ask.language or translation.get_language()):
        if request.method == "POST" and services.confirm_by_link(token) == Confirmed.NOTHING:
            return render(request, "enquiries/yes_unknown.html", status=404)
        is_done = request.method == "POST" or ask.confirmed_at is not None
        return render(request, "enquiries/yes.html", {"wording": ask.wording, "is_done": is_done})
