"""Coming in and going out. allauth checks passwords and second factors; the pages are ours."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.views import LoginView, ReauthenticateView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from regulars.staff.doors import open_to_everyone, requires
from regulars.staff.models import User
from regulars.staff.queries import is_inhabited
from regulars.staff.services import note_audit
from regulars.web import mailbox
from regulars.web.forms import ForgottenForm

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

Page = Callable[[HttpRequest], HttpResponseBase]

_sign_in: Page = LoginView.as_view(template_name="web/sign_in/sign_in.html")
_second_step: Page = AuthenticateView.as_view(template_name="web/sign_in/second_step.html")
_again: Page = ReauthenticateView.as_view(template_name="web/sign_in/again.html")
_again_by_code: Page = ReauthenticateByCodeView.as_view(template_name="web/sign_in/again_by_code.html")


@open_to_everyone
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for e-mail and password; before the first run there is nobody to ask."""
    if not is_inhabited():
        return redirect("web:first-run")
    return _sign_in(request)


@open_to_everyone
def second_step(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code of the second step, half way in."""
    return _second_step(request)


@requires("house.enter")
def again(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password once more before something delicate."""
    return _again(request)


@requires("house.enter")
def again_by_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code once more before something delicate."""
    return _again_by_code(request)


@requires("house.enter")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("account_login")


@open_to_everyone
def closed(request: HttpRequest) -> HttpResponse:
    """Say that this account has been closed."""
    return render(request, "web/sign_in/closed.html", status=403)


@open_to_everyone
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_protect
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a one-time link to whoever has an account, or say how to help oneself where no mailbox is connected.

    The answer is the same whether the address is known or not.
    """
    can_send = mailbox.is_connected()
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not can_send or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "web/sign_in/forgotten.html", {"form": form, "can_send": can_send}, status=status)
    email = form.cleaned_data["email"].strip().lower()
    if not ratelimit.consume(request, action="reset_password", key=email):
        return render(request, "web/locked_out.html", status=429)
    user = User.objects.active().filter(email=email).first()
    if user is not None:
        mailbox.send_password_link(request, user)
    return render(request, "web/sign_in/link_sent.html", {"email": email})


@open_to_everyone
@require_POST
def enter_demo(request: HttpRequest) -> HttpResponse:
    """Enter the demo as its owner. The address exists in a demo only."""
    if not settings.IS_DEMO:
        raise Http404
    owner = User.objects.owners().order_by("pk").first()
    if owner is None:
        raise Http404
    login(request, owner, backend=BACKEND)
    note_audit(owner, "enter_demo", room="staff", kind="user", object_id=owner.pk)
    return redirect("web:home")
