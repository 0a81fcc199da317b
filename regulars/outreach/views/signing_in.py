"""Sign in at the provider instead of entering a password. What comes back by GET is only shown; a POST finishes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.oauth import DOORS
from regulars.outreach.forms import SignInForm
from regulars.outreach.models import MailAccess
from regulars.staff.doors import requires, who_knocks


def back_to(request: HttpRequest) -> str:
    """Where the provider sends the owner back to: our public address, or where this page was asked for."""
    path = reverse("outreach:sign-in-return")
    public = business().public_address.rstrip("/")
    return f"{public}{path}" if public else request.build_absolute_uri(path)


@requires("outreach.connect")
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the client id, and begin."""
    preset = request.POST.get("preset") or request.GET.get("kind", "")
    door = DOORS.get(preset)
    if door is None:
        return redirect("outreach:mailbox")
    form = SignInForm(request.POST or None, initial={"preset": preset}, has_codes=bool(door.device))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            url, access = services.begin_sign_in(
                preset,
                typed["sign_in_address"],
                typed["client_id"],
                typed["client_secret"],
                back_to(request),
                by_code=bool(typed.get("by_code")),
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect(url) if url else redirect("outreach:sign-in-code", access_id=access.pk)
    context = {"form": form, "door": door, "back_to": back_to(request)}
    return render(request, "outreach/sign_in.html", context, status=422 if form.errors else 200)


@requires("outreach.connect")
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest) -> HttpResponse:
    """The provider sent the owner back: shown first, finished by the owner's own click."""
    told = request.POST if request.method == "POST" else request.GET
    context = {name: told.get(name, "")[:2000] for name in ("code", "state", "error")}
    if request.method != "POST":
        return render(request, "outreach/sign_in_return.html", context)
    try:
        services.finish_by_code(context["state"], context["code"], back_to(request), who_knocks(request))
    except Refusal as refusal:
        return render(request, "outreach/sign_in_return.html", {"refusal": refusal.sentence}, status=422)
    messages.success(request, _("Connected. Send yourself a test letter to be sure."))
    return redirect("outreach:mailbox")


@requires("outreach.connect")
@require_safe
def short_code(request: HttpRequest, access_id: int) -> HttpResponse:
    """The code to type, and where."""
    access = get_object_or_404(MailAccess, pk=access_id)
    if access.account_id or not access.user_code:
        return redirect("outreach:mailbox")
    return render(request, "outreach/sign_in_code.html", {"access": access})


@requires("outreach.connect")
@require_POST
def typed_it(request: HttpRequest, access_id: int) -> HttpResponse:
    """Look whether the code was typed."""
    access = get_object_or_404(MailAccess, pk=access_id)
    try:
        account = services.finish_by_short_code(access.pk, who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("outreach:mailbox")
    if account is None:
        messages.info(request, _("Nobody has agreed there yet. Type the code, agree, and then come back here."))
        return redirect("outreach:sign-in-code", access_id=access_id)
    messages.success(request, _("Connected. Send yourself a test letter to be sure."))
    return redirect("outreach:mailbox")
