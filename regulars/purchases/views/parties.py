"""Home parties: the list, a new one, and the evening itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import queries, services
from regulars.purchases.forms import GuestForm, PartyForm
from regulars.purchases.models import Party
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User

SHOWN = 50


@requires("purchases.see")
@require_safe
def parties(request: HttpRequest) -> HttpResponse:
    """The last fifty, the newest first, with guests and what was ordered. Two queries."""
    return render(request, "purchases/parties.html", {"parties": queries.parties_lately(SHOWN)})


@requires("purchases.sell")
@require_http_methods(["GET", "HEAD", "POST"])
def new_party(request: HttpRequest) -> HttpResponse:
    """Ask who is the host, when and where."""
    initial = {"key": new_token(), "held_on": clock.today(), "host": request.GET.get("host", "")}
    form = PartyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            host = services.person_behind(data["host"])
            if host is None:
                raise Refusal(
                    _("Nobody, or more than one, is called so. Write the whole name or the e-mail."), field="host"
                )
            party = services.plan_party(host, data["held_on"], data["place"], key=data["key"], by=who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect("purchases:party", party.pk)
    context = {"form": form, "names": queries.here_lately()}
    return render(request, "purchases/party_new.html", context, status=422 if form.errors else 200)


@requires("purchases.see")
@require_safe
def party(request: HttpRequest, party_id: int) -> HttpResponse:
    """The evening: who was there, what each ordered, and the thanks to prepare."""
    return _evening(request, _party(party_id), GuestForm(initial={"key": new_token()}))


@requires("purchases.sell")
@require_POST
def guests(request: HttpRequest, party_id: int) -> HttpResponse:
    """Note a guest, and with an amount what they ordered."""
    found, form = _party(party_id), GuestForm(request.POST)
    if form.is_valid():
        try:
            _note(found, form.cleaned_data, who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Noted."))
            return redirect_back(request, "purchases:party", found.pk)
    return _evening(request, found, form, status=422)


@requires("purchases.sell")
@require_POST
def hosting(request: HttpRequest, party_id: int, guest_id: int) -> HttpResponse:
    """Note that a guest wants to be the next host, or not after all."""
    guest = _party(party_id).guests.filter(pk=guest_id).first()
    if guest is None:
        raise Http404
    services.wants_to_host(guest, is_wanted=request.POST.get("wants") == "yes")
    return redirect_back(request, "purchases:party", party_id)


@requires("purchases.sell")
@require_POST
def closing(request: HttpRequest, party_id: int) -> HttpResponse:
    """Prepare the thanks."""
    found = _party(party_id)
    try:
        made = services.close_party(found, request.POST.get("host_gift", ""), who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = ngettext("Done. %(n)d thing to do came on Today.", "Done. %(n)d things to do came on Today.", made)
        messages.success(request, said % {"n": made})
    return redirect_back(request, "purchases:party", found.pk)


@transaction.atomic
def _note(party: Party, data: dict[str, Any], by: User) -> None:
    person = services.person_behind(data["who"])
    if person is None:
        if not data["reach"].strip():
            raise Refusal(
                _("Nobody, or more than one, is called so. For somebody new write an e-mail or telephone number too."),
                field="reach",
            )
        person = people.add_person(_newcomer(data, party.host), by=by, source="party")
    if data["amount"]:
        services.note_party_sale(party, person.pk, Decimal(data["amount"]), data["what"], by, key=data["key"])
    else:
        services.welcome(party, person)


def _newcomer(data: dict[str, Any], host: Person) -> people.NewPerson:
    reach, name = data["reach"].strip(), data["who"].strip()
    met = _("At a party of %(host)s") % {"host": host}
    if "@" in reach:
        return people.NewPerson(full_name=name, emails=(reach,), met=met, referred_by_text=str(host))
    return people.NewPerson(full_name=name, phones=(reach,), met=met, referred_by_text=str(host))


def _evening(request: HttpRequest, party: Party, form: GuestForm, status: int = 200) -> HttpResponse:
    context = {
        "party": party,
        "evening": queries.evening_of(party),
        "form": form,
        "names": queries.here_lately(),
        "is_over": party.held_on <= clock.today(),
    }
    return render(request, "purchases/party.html", context, status=status)


def _party(party_id: int) -> Party:
    found = Party.objects.select_related("host").filter(pk=party_id).first()
    if found is None:
        raise Http404
    return found
