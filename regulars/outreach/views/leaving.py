"""Leaving: a page for people, one click for mail programs (RFC 8058), and a form for the owner who got a STOP.

Scanners open every link of every letter: opening one changes nothing. The link itself is the right to leave, so that
these pages need no sign-in and no cookie.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.wayout import person_behind
from regulars.outreach.forms import LeavingForm
from regulars.outreach.queries.preferences import what_they_get
from regulars.staff.doors import open_to_everyone, requires, who_knocks

LINK = "letter link"
ONE_CLICK = "one click in the mail program"


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST leaves. A mail program's one click means everything."""
    person_id = person_behind(token)
    if person_id is None:
        return render(request, "outreach/leave_unknown.html", status=404)
    context = {"token": token, "gets": what_they_get(person_id)}
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        scope = "everything" if is_one_click else request.POST.get("scope", "everything")
        try:
            services.leave(person_id, scope=scope, source=ONE_CLICK if is_one_click else LINK)
        except Refusal as refusal:
            return render(request, "outreach/leave.html", {**context, "refusal": refusal}, status=422)
        return render(request, "outreach/left.html", {"token": token, "scope": scope})
    return render(request, "outreach/leave.html", context)


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody wants to get from us, by their own hand and without a password."""
    person_id = person_behind(token)
    if person_id is None:
        return render(request, "outreach/leave_unknown.html", status=404)
    is_kept = False
    if request.method == "POST":
        wanted = {purpose for purpose in ("care", "marketing") if purpose in request.POST}
        _apply(person_id, wanted)
        is_kept = True
    return render(
        request, "outreach/preferences.html", {"token": token, "gets": what_they_get(person_id), "is_kept": is_kept}
    )


def _apply(person_id: int, wanted: set[str]) -> None:
    """A tick is a yes said by themselves; what is not ticked is a no."""
    if "care" not in wanted:
        services.leave(person_id, scope="everything", source=LINK)
        return
    services.come_back(
        person_id, source=LINK, purposes=tuple(sorted(wanted)), wording=_("Ticked on the preference page.")
    )
    if "marketing" not in wanted:
        services.leave(person_id, scope="marketing", source=LINK)


@requires("people.consent")
@require_http_methods(["GET", "HEAD", "POST"])
def somebody_left(request: HttpRequest) -> HttpResponse:
    """The owner writes down that somebody answered STOP, called, or said so in the shop."""
    form = LeavingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address, scope = form.cleaned_data["address"], form.cleaned_data["scope"]
        try:
            n = services.leave_by_address(address, scope=scope, source="told to us", by=who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            known = ngettext("%(n)d person has this address.", "%(n)d people have this address.", n) % {"n": n}
            messages.success(request, _("Written down: they will not be written to. %(known)s") % {"known": known})
            return redirect("outreach:leavings")
    return render(request, "outreach/leavings.html", {"form": form}, status=422 if form.errors else 200)
