"""The staff page, and the page where somebody chooses a password by a one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.staff import access, queries, services
from regulars.staff.doors import open_to_everyone, requires, who_knocks
from regulars.staff.forms import ColleagueForm, NewPasswordForm
from regulars.staff.links import password_link, user_behind
from regulars.staff.permissions import may
from regulars.staff.roles import MEANINGS, Role

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from regulars.staff.models import User


HERE = frozenset({"localhost", "127.0.0.1"})


def _me(request: HttpRequest) -> User:
    return who_knocks(request)


def _page(request: HttpRequest, form: Form, *, status: int = 200, fresh: User | None = None) -> HttpResponse:
    context = {
        "colleagues": queries.colleagues(),
        "form": form,
        "roles": [(role.value, role.label, MEANINGS[role]) for role in Role],
        "may_change": may(_me(request), "staff.change"),
        "fresh": fresh,
        "fresh_link": _full_address(request, password_link(fresh)) if fresh else "",
        "is_only_here": request.get_host().split(":")[0] in HERE and not business().public_address,
    }
    return render(request, "staff/colleagues.html", context, status=status)


def _full_address(request: HttpRequest, path: str) -> str:
    public = business().public_address.rstrip("/")
    return f"{public}{path}" if public else request.build_absolute_uri(path)


@requires("staff.see")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def colleagues_page(request: HttpRequest) -> HttpResponse:
    """List everybody who works here; POST adds a colleague and shows the one-time link."""
    if request.method != "POST":
        return _page(request, ColleagueForm())
    services.check_may(_me(request), "staff.change")
    form = ColleagueForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        colleague = services.add_staff(**form.cleaned_data, by=_me(request))
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.sentence)
        return _page(request, form, status=422)
    return _page(request, ColleagueForm(), fresh=colleague)


@requires("staff.change")
@require_POST
def give_role(request: HttpRequest, user_id: int) -> HttpResponse:
    colleague = access.colleague(user_id)
    try:
        services.change_role(colleague, request.POST.get("role", ""), by=_me(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request, _("%(name)s is now: %(role)s.") % {"name": colleague, "role": Role(colleague.role).label}
        )
    return redirect_back(request, "staff:colleagues")


@requires("staff.change")
@require_POST
def close_account(request: HttpRequest, user_id: int) -> HttpResponse:
    colleague = access.colleague(user_id)
    try:
        services.deactivate(colleague, by=_me(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(name)s can no longer sign in.") % {"name": colleague})
    return redirect_back(request, "staff:colleagues")


@requires("staff.change")
@require_POST
def open_account(request: HttpRequest, user_id: int) -> HttpResponse:
    colleague = access.colleague(user_id)
    services.reactivate(colleague, by=_me(request))
    messages.success(request, _("%(name)s can sign in again.") % {"name": colleague})
    return redirect_back(request, "staff:colleagues")


@requires("staff.change")
@require_POST
@never_cache
def make_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a fresh one-time link for a colleague who has none left or forgot the password."""
    colleague = access.colleague(user_id)
    try:
        services.note_link(colleague, by=_me(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return _page(request, ColleagueForm(), status=422)
    return _page(request, ColleagueForm(), fresh=colleague)


@open_to_everyone
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def choose_password(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """Let the holder of a one-time link choose a password; signing in comes after, second factor included."""
    user = user_behind(who, token)
    if user is None:
        return render(request, "staff/link_spent.html", status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_password(user, form.cleaned_data["password"], by=user)
        except Refusal as refusal:
            form.add_error("password", refusal.sentence)
        else:
            messages.success(request, _("Your password is set. Please sign in with it."))
            return redirect("account_login")
    status = 422 if form.errors else 200
    return render(request, "staff/choose_password.html", {"form": form, "person": user}, status=status)
