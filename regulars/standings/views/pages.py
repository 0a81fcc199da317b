"""The pages that look closer; each reads what the last grading found and changes nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from regulars.kit import clock
from regulars.kit.answer import answer, redirect_back
from regulars.kit.numbers import row_number
from regulars.people.models import Person
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may
from regulars.standings import services
from regulars.standings.forms import MarginForm
from regulars.standings.pages.certainty import certainty_page
from regulars.standings.pages.prospects import prospects_page
from regulars.standings.pages.retention import retention_page
from regulars.standings.pages.room import room_page
from regulars.standings.pages.slipping import slipping_page
from regulars.standings.pages.value import value_page
from regulars.standings.pages.ways import tabs
from regulars.standings.queries import is_small_shop
from regulars.standings.suggesting import suggestions


@requires("standings.see")
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Do they come back, after how long, and who stays."""
    return _shown(request, "retention", retention_page())


@requires("standings.see")
@require_safe
def value(request: HttpRequest) -> HttpResponse:
    """What the next twelve months hold from the people there are."""
    may_say = may(who_knocks(request), "standings.margin")
    return _shown(request, "value", value_page(), may_say_margin=may_say)


@requires("standings.see")
@require_safe
def slipping(request: HttpRequest) -> HttpResponse:
    """Who is later than usual, what that may cost, and the way to them."""
    return _shown(request, "slipping", slipping_page())


@requires("standings.see")
@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Who could buy more here, and whom we have already."""
    return _shown(request, "room", room_page())


@requires("standings.see")
@require_safe
def prospects(request: HttpRequest) -> HttpResponse:
    """Who has asked and not bought, and whom to call first."""
    number = request.GET.get("page", "")
    page = int(number) if number.isdecimal() and 0 < len(number) < 4 else 1
    return _shown(request, "prospects", prospects_page(max(page, 1)))


@requires("standings.see")
@require_safe
def hint(request: HttpRequest) -> HttpResponse:
    """What to suggest to whoever was just chosen at the counter; empty for nobody."""
    chosen = row_number(request.GET.get("person", ""))
    person = None if chosen is None else Person.objects.gradable().filter(pk=chosen).first()
    found = suggestions(person.pk, clock.today())[:1] if person else []
    return render(request, "standings/_hint.html", {"suggestions": found})


@requires("standings.see")
@require_safe
def certainty(request: HttpRequest) -> HttpResponse:
    """Which rule is behind the figures, and how wrong it was."""
    return _shown(request, "certainty", certainty_page())


@requires("standings.margin")
@require_http_methods(["GET", "HEAD", "POST"])
def margin(request: HttpRequest) -> HttpResponse:
    """What part of what is paid is left to the owner."""
    form = MarginForm(request.POST or None, initial={"percent": services.margin_percent()})
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return answer(request, "standings/margin.html", "standings/_margin.html", {"form": form}, status=status)
    services.set_margin(form.cleaned_data["percent"], who_knocks(request))
    messages.success(request, _("Noted. The figures follow in a minute or two."))
    return redirect_back(request, "standings:value")


def _shown(request: HttpRequest, name: str, page: Any, **more: Any) -> HttpResponse:
    """A small shop finds these pages from the first one; a larger one has them side by side."""
    context = {"page": page, "tabs": [] if is_small_shop() else tabs(name), **more}
    return render(request, f"standings/{name}.html", context)
