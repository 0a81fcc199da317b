"""Households and firms: guesses confirmed, people added and taken out, names and addresses."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number, row_numbers
from regulars.people import services
from regulars.people.access import person_here
from regulars.people.models import Household, Organisation, Pair, PostalAddress
from regulars.people.queries import find_people, together
from regulars.people.queries.pairs import roofs as guessed
from regulars.people.queries.pairs import waiting
from regulars.people.views.panel import staff
from regulars.staff.doors import requires
from regulars.staff.permissions import may

Row = TypeVar("Row", bound=Model)


@requires("people.change")
@require_safe
def roofs(request: HttpRequest) -> HttpResponse:
    """Show who seems to live together, ten households at a time; about a dozen queries."""
    return render(request, "people/roofs.html", {"roofs": guessed(), "waiting": waiting(Pair.About.HOUSEHOLD)})


@requires("people.change")
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Yes, one household; or no, for good."""
    ids = row_numbers(request.POST.getlist("pair"))[:100]
    try:
        if request.POST.get("answer") == "no":
            for pk in Pair.objects.filter(pk__in=ids, about=Pair.About.HOUSEHOLD).values_list("pk", flat=True):
                services.keep_apart(pk, staff(request))
            messages.success(request, _("They keep their own cards. We will not ask again."))
        else:
            made = services.live_together(ids, staff(request))
            messages.success(request, _("%(name)s: one card goes to all of them.") % {"name": made})
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "people:roofs")


@requires("people.see")
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household: who lives there, its name, where its cards go."""
    found = _own(Household.objects.filter(pk=pk).select_related("place").first())
    refusal = None
    if request.method == "POST":
        if not may(request.user, "people.change"):
            raise Http404
        place = PostalAddress.objects.filter(pk=row_number(request.POST.get("place", "")) or 0).first()
        try:
            services.change_household(found, name=request.POST.get("name", ""), place=place)
            return redirect_back(request, "people:household", pk)
        except Refusal as said:
            refusal = said
    context = {
        "household": found,
        "people": together.members(found),
        "places": together.places(found),
        "refusal": refusal,
        "may_change": may(request.user, "people.change"),
        **_found(request),
    }
    return render(request, "people/household.html", context, status=422 if refusal else 200)


@requires("people.change")
@require_POST
def live(request: HttpRequest, person_id: int) -> HttpResponse:
    """Put this person and the one named in `with` under one roof; or with `household` in there."""
    person, numbers = person_here(person_id), row_numbers([request.POST.get("with", ""), request.POST.get("to", "")])
    others = [person_here(number) for number in numbers]
    try:
        if len({person.pk, *(one.pk for one in others)}) < 2:
            raise Refusal(_("Choose somebody else."))
        services.make_household([person.pk, *(one.pk for one in others)], by=staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "people:detail", person.pk)


@requires("people.change")
@require_POST
def move_out(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_here(person_id)
    services.leave_household(person, staff(request))
    messages.success(request, _("%(name)s has a household of their own now.") % {"name": person})
    return redirect_back(request, "people:detail", person.pk)


@requires("people.see")
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One firm or club: who buys for it."""
    found = _own(Organisation.objects.filter(pk=pk).first())
    refusal = None
    if request.method == "POST":
        if not may(request.user, "people.change"):
            raise Http404
        try:
            services.rename_organisation(found, request.POST.get("name", ""))
            return redirect_back(request, "people:organisation", pk)
        except Refusal as said:
            refusal = said
    context = {
        "organisation": found,
        "people": together.members(found),
        "refusal": refusal,
        "may_change": may(request.user, "people.change"),
        **_found(request),
    }
    return render(request, "people/organisation.html", context, status=422 if refusal else 200)


@requires("people.change")
@require_POST
def buy_for(request: HttpRequest, person_id: int) -> HttpResponse:
    """This person buys for the firm of that name."""
    person = person_here(person_id)
    try:
        services.make_organisation(request.POST.get("organisation", ""), [person.pk], by=staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "people:detail", person.pk)


@requires("people.change")
@require_POST
def stop_buying_for(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_here(person_id)
    services.leave_organisation(person, staff(request))
    return redirect_back(request, "people:detail", person.pk)


def _found(request: HttpRequest) -> dict[str, object]:
    """Whom a search on the page itself found."""
    text = request.GET.get("q", "").strip()[:200]
    rows = find_people(text, 8).prefetch_related("emails", "phones") if text else []
    return {"text": text, "found": list(rows)}


def _own(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row
