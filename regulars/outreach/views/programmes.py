"""A programme: where it stands, and its four verbs, each said before it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.access import programme_for
from regulars.outreach.models import Mailing, Programme
from regulars.outreach.programmes_shown import (
    DOES,
    MEANS,
    SIGNS,
    STANDS,
    counts_of,
    names_of,
    sentences_of,
    verbs_of,
)
from regulars.outreach.queries.following import counts_links, followed_by_step, may_count
from regulars.outreach.services.programmes import ACTS, mailing_of
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

Run = Programme.Run


@requires("outreach.see")
@require_safe
def programme_page(request: HttpRequest, key: str) -> HttpResponse:
    """One programme: how many in which state, minutes, cost, and what can be done with it. At most twelve queries."""
    user = who_knocks(request)
    programme_for(user, key)
    account = services.account_of(key)
    context = {
        **_named(key),
        "account": account,
        "row": Programme.objects.filter(key=key).select_related("changed_by").first(),
        "stands": STANDS.get(Run(account.run), ""),
        "counts": counts_of(account),
        "links": _links_of(key),
        "may_approve": may(user, "outreach.approve"),
        "verbs": verbs_of(account) if may(user, "outreach.approve") else [],
    }
    return render(request, "outreach/programme.html", context)


@requires("outreach.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def turn(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """First what the verb would do; pressed there, it is done, once however often."""
    user = who_knocks(request)
    programme_for(user, key)
    if verb not in ACTS:
        raise Http404
    refusal = None
    if request.method == "POST":
        try:
            is_new = ACTS[verb](key, user, request.POST.get("why", "").strip()[:300])
        except Refusal as said_no:
            refusal = said_no
        else:
            _say(request, verb, is_new=is_new)
            return redirect_back(request, _named(key)["home_url"])
    found = services.preview(key, verb)
    named = _named(key)
    context = {
        **named,
        "verb": verb,
        "label": DOES[verb],
        "sign": SIGNS[verb],
        "means": MEANS[verb],
        "found": found,
        "sentences": sentences_of(found),
        "is_growing": named["mailing"] is not None and named["mailing"].stage == Mailing.Stage.GOING,
        "refusal": refusal,
    }
    return render(request, "outreach/programme_verb.html", context, status=422 if refusal else 200)


@requires("outreach.approve")
@require_POST
def links(request: HttpRequest, key: str) -> HttpResponse:
    """Count who follows a link in what this programme sends from now on, or do not."""
    user = who_knocks(request)
    programme_for(user, key)
    try:
        services.count_links(key, user, is_on=request.POST.get("is_on") == "yes")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Kept. It holds for what is sent from now on."))
    return redirect_back(request, "outreach:programme", key)


def _say(request: HttpRequest, verb: str, *, is_new: bool) -> None:
    words = {
        "pause": _("Paused. Nothing of it leaves until you let it go on."),
        "resume": _("It goes on."),
        "drain": _("It finishes what you said yes to."),
        "cancel": _("Stopped. What had not left stays here."),
    }[verb]
    if is_new:
        messages.success(request, words)
    else:
        messages.info(request, _("It was so already."))


def _links_of(key: str) -> dict[str, Any] | None:
    """Whether its links are counted, and how many people followed one; nothing where the house counts none."""
    if not may_count():
        return None
    is_on = counts_links(key)
    return {"is_on": is_on, "followed": sum(followed_by_step(key).values()) if is_on else 0}


def _named(key: str) -> dict[str, Any]:
    """What the programme is called and where it lives: a mailing has its own page."""
    mailing = mailing_of(key).first()
    home = reverse("outreach:mailing", args=[mailing.pk]) if mailing else reverse("outreach:programme", args=[key])
    return {"key": key, "name": names_of([key])[key], "home_url": home, "mailing": mailing}
