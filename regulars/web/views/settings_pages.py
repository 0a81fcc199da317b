"""The settings: what the owner settles once and rarely changes, a page a topic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.business import business, forget_business
from regulars.kit.errors import Refusal
from regulars.kit.weaving import Clash, WovenForm, weave
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may
from regulars.staff.queries import who_changed
from regulars.staff.services import check_may
from regulars.web import opening_hours, services
from regulars.web.forms import BusinessForm, HoursForm, LogoForm, SendingForm
from regulars.web.saying import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from regulars.kit.business import Business
    from regulars.staff.models import User

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


def _me(request: HttpRequest) -> User:
    return who_knocks(request)


Make = Callable[["QueryDict | None"], WovenForm]


def _settle(request: HttpRequest, make: Make, template: str, take: Callable[[dict[str, Any]], None]) -> HttpResponse:
    """The one way of all settings pages: show; take what was typed and come back; or show it again with the reason.

    What a colleague settled meanwhile stays, unless both changed the same: that is asked.
    """
    may_change = may(_me(request), "settings.change")
    form, clashes = make(None), list[Clash]()
    if request.method == "POST":
        check_may(_me(request), "settings.change")
        data, clashes = weave(request.POST, form, who_changed("change_settings", object_kind="business"))
        form = make(data)
        if not clashes and form.is_valid():
            try:
                take(form.cleaned_data)
            except Refusal as refusal:
                say(form, refusal)
            else:
                messages.success(request, _("Kept."))
                return redirect(request.path)
    context = {"form": form, "business": business(), "may_change": may_change, "logo_form": LogoForm()}
    status = 422 if clashes or form.errors else 200
    return render(request, template, {**context, "clashes": clashes}, status=status)


def _shop() -> Business:
    """The settings as they stand this moment, not as they were read a second ago."""
    forget_business()
    return business()


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
    shop = _shop()
    names = ("name", "owner_name", "country", "zone", "currency", "language", "accent")
    initial = {name: getattr(shop, name) for name in names}
    fitting = {"is_currency_fixed": shop.currency_fixed_at is not None}
    make = partial(BusinessForm, initial=initial, fitting=fitting)
    return _settle(request, make, "web/settings/business.html", partial(services.change_settings, _me(request)))


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
    shop = _shop()
    week = {key: opening_hours.shown(shop.opening_hours.get(key, [])) for key, _label in opening_hours.DAYS}
    initial = {**week, "quiet_from": shop.quiet_from, "quiet_until": shop.quiet_until}
    make = partial(HoursForm, initial=initial)

    def take(typed: dict[str, Any]) -> None:
        quiet = {"quiet_from": typed.pop("quiet_from"), "quiet_until": typed.pop("quiet_until")}
        services.change_hours(_me(request), days=typed, **quiet)

    return _settle(request, make, "web/settings/hours.html", take)


@requires("settings.see")
@read_or_write
def sending(request: HttpRequest) -> HttpResponse:
    """Addresses, the wait before a letter leaves, and how often one person hears from us."""
    shop = _shop()
    names = (
        *("postal_address", "public_address", "counts_links", "confirms_yes", "send_delay_minutes"),
        *("touches_per_week", "asks_per_month", "call_attempts"),
    )
    make = partial(SendingForm, initial={name: getattr(shop, name) for name in names})
    return _settle(request, make, "web/settings/sending.html", partial(services.change_sending, _me(request)))
