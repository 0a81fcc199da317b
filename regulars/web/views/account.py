"""One's own account: name, password, the second step."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from allauth.account.views import PasswordChangeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import Refusal
from regulars.staff import services
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User
from regulars.web.forms import NameForm


class _TwoStepOn(ActivateTOTPView):  # type: ignore[misc]  # allauth is not typed
    template_name = "web/settings/two_step_on.html"

    def form_valid(self, form: Form) -> HttpResponse:
        services.note_audit(_me(self.request), "two_step_on", room="staff", kind="user", object_id=self.request.user.pk)
        return cast("HttpResponse", super().form_valid(form))


class _TwoStepOff(DeactivateTOTPView):  # type: ignore[misc]  # allauth is not typed
    template_name = "web/settings/two_step_off.html"

    def form_valid(self, form: Form) -> HttpResponse:
        services.note_audit(
            _me(self.request), "two_step_off", room="staff", kind="user", object_id=self.request.user.pk
        )
        return cast("HttpResponse", super().form_valid(form))


Page = Callable[[HttpRequest], HttpResponseBase]

_password: Page = PasswordChangeView.as_view(template_name="web/settings/password.html")
_two_step_on: Page = _TwoStepOn.as_view()
_two_step_off: Page = _TwoStepOff.as_view()
_codes: Page = ViewRecoveryCodesView.as_view(template_name="web/settings/codes.html")
_new_codes: Page = GenerateRecoveryCodesView.as_view(template_name="web/settings/new_codes.html")
_download_codes: Page = DownloadRecoveryCodesView.as_view()


def _me(request: HttpRequest) -> User:
    return who_knocks(request)


@requires("house.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own account; POST changes the name."""
    form = NameForm(request.POST or None, initial={"display_name": _me(request).display_name})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_name(_me(request), form.cleaned_data["display_name"])
        except Refusal as refusal:
            form.add_error("display_name", refusal.sentence)
        else:
            messages.success(request, _("Your name is changed."))
            return redirect("mfa_index")
    has_second_step = Authenticator.objects.filter(user=_me(request), type=Authenticator.Type.TOTP).exists()
    context = {"form": form, "has_second_step": has_second_step}
    return render(request, "web/settings/account.html", context, status=422 if form.errors else 200)


@requires("house.enter")
@never_cache
def password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password, with the present one. In the demo nobody has one."""
    if not _me(request).has_usable_password():
        raise Http404
    return _password(request)


@requires("house.enter")
@never_cache
def two_step_on(request: HttpRequest) -> HttpResponseBase:
    """Begin to ask for a code from one's phone at sign-in."""
    return _two_step_on(request)


@requires("house.enter")
@never_cache
def two_step_off(request: HttpRequest) -> HttpResponseBase:
    """Stop asking for a code at sign-in."""
    return _two_step_off(request)


@requires("house.enter")
@never_cache
def codes(request: HttpRequest) -> HttpResponseBase:
    """Show the codes for the day the phone is lost."""
    return _codes(request)


@requires("house.enter")
@never_cache
def new_codes(request: HttpRequest) -> HttpResponseBase:
    """Replace the codes."""
    return _new_codes(request)


@requires("house.enter")
@never_cache
def download_codes(request: HttpRequest) -> HttpResponseBase:
    """Take the codes away as a text file."""
    return _download_codes(request)
