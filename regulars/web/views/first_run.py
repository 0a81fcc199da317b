"""The first run: one page, one POST, one house."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import Refusal
from regulars.staff.doors import open_to_everyone
from regulars.staff.queries import is_inhabited
from regulars.web import places, services
from regulars.web.forms import FirstRunForm
from regulars.web.saying import say
from regulars.web.views.sign_in import BACKEND


@open_to_everyone
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def first_run(request: HttpRequest) -> HttpResponse:
    """Ask for the owner, the shop, its clock and its money, then open the house and let the owner in."""
    if request.method != "POST" and is_inhabited():
        return redirect("web:home")
    form = FirstRunForm(request.POST or None, initial=_guesses(request))
    if request.method == "POST" and form.is_valid():
        try:
            owner = services.open_house(services.NewHouse(**form.cleaned_data))
        except Refusal as refusal:
            say(form, refusal, name="business_name", display_name="owner_name")
        else:
            login(request, owner, backend=BACKEND)
            return redirect("web:begin")
    context = {"form": form, "is_taken": is_inhabited()}
    return render(request, "web/first_run.html", context, status=422 if form.errors else 200)


def _guesses(request: HttpRequest) -> dict[str, str]:
    country = places.country_guess(request.headers.get("Accept-Language", ""))
    currency = places.CURRENCY_OF.get(country, "EUR")
    return {"country": country, "currency": currency, "zone": "UTC", "language": get_language() or "en"}
