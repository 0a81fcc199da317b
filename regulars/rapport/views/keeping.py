"""What is added to a person from their page by this room: things, events, what is owed, how often we speak."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.people.access import person_here
from regulars.rapport import queries, services
from regulars.rapport.forms.keeping import BelongingForm, LifeEventForm, OwedForm, RhythmForm, SpokeForm
from regulars.rapport.queries.ties import months_for
from regulars.rapport.tie_access import event_of, owed_of, thing_of
from regulars.rapport.views.tie_panel import done, not_done, staff
from regulars.staff.doors import requires


@requires("rapport.record")
@require_POST
def add_thing(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), BelongingForm(request.POST, auto_id="thing-%s")
    if not form.is_valid():
        return not_done(request, person, "things", "thing_form", form)
    try:
        services.add_belonging(person, form.said(), key=form.cleaned_data["key"], by=staff(request))
    except Refusal as refusal:
        return not_done(request, person, "things", "thing_form", form, refusal)
    return done(request, person, "things")


@requires("rapport.record")
@require_http_methods(["GET", "HEAD", "POST"])
def thing(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """One thing on a page of its own, to be changed."""
    person = person_here(person_id)
    found = thing_of(person, pk)
    form = BelongingForm(request.POST) if request.method == "POST" else BelongingForm.of(found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_belonging(found, form.said())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect_back(request, "people:detail", person.pk)
    context = {"person": person, "thing": found, "form": form}
    return render(request, "ties/thing.html", context, status=422 if form.is_bound else 200)


@requires("rapport.record")
@require_POST
def serve_thing(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """It was looked after today."""
    person = person_here(person_id)
    services.record_service(thing_of(person, pk), None, staff(request))
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def part_with_thing(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """It is theirs no longer; pressed again it is theirs after all."""
    person = person_here(person_id)
    found = thing_of(person, pk)
    if request.POST.get("back"):
        services.have_back(found)
    else:
        services.part_with(found)
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def add_event(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), LifeEventForm(request.POST, auto_id="event-%s")
    if not form.is_valid():
        return not_done(request, person, "things", "event_form", form)
    said = dict(form.cleaned_data)
    try:
        key = said.pop("key")
        services.record_event(person, services.NewEvent(**said), key=key, by=staff(request))
    except Refusal as refusal:
        return not_done(request, person, "things", "event_form", form, refusal)
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def answer_event(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    services.answer_event(event_of(person, pk), request.POST.get("words", ""), staff(request))
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def remove_event(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    services.remove_event(event_of(person, pk), staff(request))
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def keep_address(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """The address in the book is the new one already."""
    person = person_here(person_id)
    services.keep_address(event_of(person, pk))
    return done(request, person, "things")


@requires("rapport.record")
@require_POST
def add_owed(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), OwedForm(request.POST, auto_id="owed-%s")
    if not form.is_valid():
        return not_done(request, person, "between", "owed_form", form)
    said = form.cleaned_data
    try:
        services.owe(
            person,
            said["side"],
            said["what"],
            said["due_on"],
            agreed_on=said["agreed_on"],
            key=said["key"],
            by=staff(request),
        )
    except Refusal as refusal:
        return not_done(request, person, "between", "owed_form", form, refusal)
    return done(request, person, "between")


@requires("rapport.record")
@require_POST
def settle(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """Kept, partly or not; or opened again, or taken out."""
    person = person_here(person_id)
    found, outcome = owed_of(person, pk), request.POST.get("outcome", "")
    try:
        if outcome == "open":
            services.reopen(found)
        elif outcome == "mistake":
            services.forget_owed(found)
        else:
            services.settle(found, outcome, "", staff(request))
    except Refusal as refusal:
        return not_done(request, person, "between", "owed_form", OwedForm(request.POST, auto_id="owed-%s"), refusal)
    return done(request, person, "between")


@requires("rapport.record")
@require_POST
def set_rhythm(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_here(person_id)
    usual = months_for(None, [row.kind for row in person.kinds.all()], queries.rhythms())
    form = RhythmForm(request.POST, auto_id="rhythm-%s", usual=usual)
    if not form.is_valid():
        return not_done(request, person, "between", "rhythm_form", form)
    services.set_rhythm(person, form.cleaned_data["every_months"])
    return done(request, person, "between")


@requires("rapport.record")
@require_POST
def note_contact(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), SpokeForm(request.POST, auto_id="spoke-%s")
    if not form.is_valid():
        return not_done(request, person, "between", "spoke_form", form)
    try:
        services.note_contact([person.pk], form.cleaned_data["direction"], form.cleaned_data["on"])
    except Refusal as refusal:
        return not_done(request, person, "between", "spoke_form", form, refusal)
    return done(request, person, "between")
