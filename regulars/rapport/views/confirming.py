"""A yes to offers confirmed: by the page behind the link of the letter, or by one of us whom they told.

Opening the page changes nothing, for scanners open every link. The link itself is the proof that somebody reads that
mailbox, so that the page needs no sign-in, no cookie, no script and no word from the browser about where it came from.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import redirect_back
from regulars.rapport import services
from regulars.rapport.access import asked_yes_here
from regulars.rapport.services import Confirmed
from regulars.staff.doors import open_to_everyone, requires, who_knocks


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


@requires("people.consent")
@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that they said it was them who ticked the box."""
    if services.confirm_as_told(asked_yes_here(pk).pk, who_knocks(request)):
        messages.success(request, _("Written down as their yes to offers."))
    else:
        messages.info(request, _("It is settled, or forgotten, by now."))
    return redirect_back(request, "enquiries:list")


@requires("people.consent")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what somebody ticked in their name."""
    if services.drop_ask(asked_yes_here(pk).pk, who_knocks(request)):
        messages.success(request, _("Forgotten. They get no offers."))
    return redirect_back(request, "enquiries:list")
