"""The settings: what the owner settles once and rarely changes, a page a topic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.staff.doors import requires
from regulars.staff.permissions import may
from regulars.staff.services import check_may
from regulars.web import opening_hours, services
from regulars.web.forms import BusinessForm, HoursForm, LogoForm, SendingForm
from regulars.web.saying import say

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from regulars.staff.models import User

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)


def _settle(request: HttpRequest, form: Form, template: str, take: Callable[[dict[str, Any]], None]) -> HttpResponse:
    """The one way of all settings pages: show; take what was typed and come back; or show it again with the reason."""
    may_change = may(_me(request), "settings.change")
    if request.method == "POST":
        check_may(_me(request), "settings.change")
        if form.is_valid():
            try:
                take(form.cleaned_data)
            except Refusal as refusal:
                say(form, refusal)
            else:
                messages.success(request, _("Kept."))
                return redirect(request.path)
    context = {"form": form, "business": business(), "may_change": may_change, "logo_form": LogoForm()}
    return render(request, template, context, status=422 if form.errors else 200)


@requires("house.enter")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the settings this reader may see."""
    words = {"settings": "settings.see", "staff": "staff.see", "log": "audit.see", "health": "house.health"}
    words |= {"mailbox": "outreach.connect", "style": "house.style", "export": "house.export"}
    allowed = {word: may(_me(request), action) for word, action in words.items()}
    return render(request, "web/settings/index.html", {"may": allowed})


@requires("settings.see")
@read_or_write
def about(request: HttpRequest) -> HttpResponse:
    """Name, zone, currency, country, language."""
    shop = business()
    names = ("name", "owner_name", "country", "zone", "currency", "language")
    form = BusinessForm(
        request.POST or None,
        initial={name: getattr(shop, name) for name in names},
        is_currency_fixed=shop.currency_fixed_at is not None,
    )
    return _settle(request, form, "web/settings/business.html", partial(services.change_settings, _me(request)))


@requires("settings.change")
@require_POST
def logo(request: HttpRequest) -> HttpResponse:
    """Take a new logo, or do without one."""
    form = LogoForm(request.POST, request.FILES)
    try:
        if "remove" in request.POST:
            services.remove_logo(_me(request))
        elif form.is_valid():
            services.change_logo(_me(request), form.cleaned_data["logo"])
        else:
            raise Refusal(_("Please choose a picture first."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Kept."))
    return redirect("web:business")


@requires("settings.see")
@read_or_write
def hours(request: HttpRequest) -> HttpResponse:
    """Opening hours, and the hours in which nobody is written to."""
    shop = business()
    week = {key: opening_hours.shown(shop.opening_hours.get(key, [])) for key, _label in opening_hours.DAYS}
    initial = {**week, "quiet_from": shop.quiet_from, "quiet_until": shop.quiet_until}
    form = HoursForm(request.POST or None, initial=initial)

    def take(typed: dict[str, Any]) -> None:
        quiet = {"quiet_from": typed.pop("quiet_from"), "quiet_until": typed.pop("quiet_until")}
        services.change_hours(_me(request), days=typed, **quiet)

    return _settle(request, form, "web/settings/hours.html", take)


@requires("settings.see")
@read_or_write
def sending(request: HttpRequest) -> HttpResponse:
    """Addresses, the wait before a letter leaves, and how often one person hears from us."""
    shop = business()
    names = ("postal_address", "public_address", "send_delay_minutes", "touches_per_week", "asks_per_month")
    form = SendingForm(request.POST or None, initial={name: getattr(shop, name) for name in names})
    return _settle(request, form, "web/settings/sending.html", partial(services.change_sending, _me(request)))
