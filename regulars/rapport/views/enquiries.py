"""Enquiries on the owner's pages: the list, a call noted in twenty seconds, and one enquiry with what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import place_number
from regulars.kit.secrets import new_token
from regulars.rapport import queries, services
from regulars.rapport.access import enquiry_here
from regulars.rapport.forms.enquiries import AnswerForm, CompareForm, EnquiryForm, LoseForm, ParkForm, StepForm
from regulars.rapport.forms.fields import NEW
from regulars.rapport.models import Enquiry, State
from regulars.rapport.services import NewEnquiry
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User
from regulars.staff.permissions import may

ROWS = 30
TABS = (State.OPEN, State.ANSWERED, State.PARKED, State.WON, State.LOST)
FORMS: dict[str, type[forms.Form]] = {
    "answer_form": AnswerForm,
    "park_form": ParkForm,
    "lose_form": LoseForm,
    "step_form": StepForm,
    "compare_form": CompareForm,
}


def staff(request: HttpRequest) -> User:
    return who_knocks(request)


@requires("rapport.see")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Who waits for an answer and since when; the other states behind tabs. At most six queries."""
    state = request.GET.get("state", State.OPEN)
    state = state if state in State.values else State.OPEN
    start = place_number(request.GET.get("from", ""))
    rows = queries.enquiries_in(state, start, ROWS + 1)
    address = reverse("enquiries:list")
    context = {
        "rows": rows[:ROWS],
        "state": state,
        "tabs": [
            {"label": capfirst(tab.label), "url": f"{address}?state={tab.value}", "is_current": tab.value == state}
            for tab in TABS
        ],
        "waiting": queries.waiting_now(),
        "to_compare": queries.to_compare() if state in {State.OPEN, State.WON} else [],
        "next_url": f"{address}?state={state}&from={start + ROWS}" if len(rows) > ROWS else "",
        "previous_url": f"{address}?state={state}&from={max(0, start - ROWS)}" if start else "",
        "may_record": may(request.user, "rapport.record"),
        "may_form": may(request.user, "rapport.form"),
    }
    return render(request, "enquiries/list.html", context)


@requires("rapport.record")
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """The form; `?person=` chooses somebody. Without script, Find shows who may be meant."""
    if request.method != "POST" or "find" in request.POST:
        said = request.POST if request.method == "POST" else request.GET
        typed = {name: said[name] for name in EnquiryForm.base_fields if said.get(name)}
        return _page(request, EnquiryForm(initial={**typed, "key": request.POST.get("key") or new_token()}))
    form = EnquiryForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        enquiry = services.take_enquiry(_said(form), staff(request))
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _page(request, form, status=422)
    messages.success(request, _("Written down: %(name)s.") % {"name": enquiry.person})
    return redirect_back(request, "enquiries:detail", enquiry.pk)


def _said(form: EnquiryForm) -> NewEnquiry:
    said = form.cleaned_data
    plain = ("came_by", "wants", "expects", "wanted_by", "worth_amount", "likes_answer_by", "sent_by", "is_answered")
    more = {name: said[name] for name in (*plain, "next_step", "next_on", "key")}
    wording = services.consent_wording() if said["has_ticked"] else None
    return NewEnquiry(caller=form.caller(), wording_id=wording.pk if wording else None, **more)


@requires("rapport.record")
@require_safe
def callers(request: HttpRequest) -> HttpResponse:
    """Who may be meant by what was typed so far."""
    return render(request, "enquiries/_who.html", who(request.GET.get("who", ""), request.GET.get("person", "")))


def who(text: str, chosen: str, form: forms.Form | None = None) -> dict[str, Any]:
    """The people to choose from. Somebody new is chosen where nobody was found, so that nothing has to be tapped."""
    found = queries.callers_found(text, chosen)
    picked = chosen or (NEW if text.strip() and not found else "")
    return {"found": found, "who": text, "picked": picked, "new": NEW, "form": form}


def _page(request: HttpRequest, form: EnquiryForm, status: int = 200) -> HttpResponse:
    text, chosen = str(form["who"].value() or ""), str(form["person"].value() or "")
    has_more = any(form[name].value() or form[name].errors for name in EnquiryForm.MORE)
    context = {
        **who(text, chosen, form),
        "main": [form[name] for name in EnquiryForm.MAIN],
        "more": [form[name] for name in EnquiryForm.MORE],
        "is_more_open": form.is_bound and has_more,
        "next": request.POST.get("next", request.GET.get("next", "")),
    }
    return render(request, "enquiries/take.html", context, status=status)


@requires("rapport.see")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, enquiry_here(pk))


def _detail(request: HttpRequest, enquiry: Enquiry, status: int = 200, **more: Any) -> HttpResponse:
    drawn = {name: form(auto_id=f"{name}-%s") for name, form in FORMS.items()}
    context = {"enquiry": enquiry, "may_record": may(request.user, "rapport.record"), "today": clock.today()}
    return render(request, "enquiries/detail.html", {**context, **drawn, **more}, status=status)


def _act(request: HttpRequest, pk: int, name: str, act: Callable[[Enquiry, dict[str, Any]], object]) -> HttpResponse:
    """Read the form, do it, and show the enquiry again; refused with 422 and what was typed."""
    enquiry = enquiry_here(pk)
    form = FORMS[name](request.POST, auto_id=f"{name}-%s")
    if form.is_valid():
        try:
            act(enquiry, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept."))
            return redirect_back(request, "enquiries:detail", pk)
    return _detail(request, enquiry, status=422, **{name: form, "open": name})


@requires("rapport.record")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    by = staff(request)
    return _act(request, pk, "answer_form", lambda row, said: services.answer_enquiry(row, by, said["words"]))


@requires("rapport.record")
@require_POST
def park(request: HttpRequest, pk: int) -> HttpResponse:
    by = staff(request)
    return _act(request, pk, "park_form", lambda row, said: services.park_enquiry(row, said["until"], by))


@requires("rapport.record")
@require_POST
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    by = staff(request)
    return _act(request, pk, "lose_form", lambda row, said: services.lose_enquiry(row, said["why"], said["words"], by))


@requires("rapport.record")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    by = staff(request)
    return _act(request, pk, "step_form", lambda row, said: services.set_next_step(row, said["what"], said["on"], by))


@requires("rapport.record")
@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    by = staff(request)
    return _act(
        request,
        pk,
        "compare_form",
        lambda row, said: services.compare_expectations(row, said["is_as_hoped"], said["delivered"], by),
    )


@requires("rapport.record")
@require_POST
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """They bought, and no sale of theirs says so."""
    try:
        services.win_enquiry(enquiry_here(pk), staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "enquiries:detail", pk)


@requires("rapport.record")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    services.reopen_enquiry(enquiry_here(pk), staff(request))
    return redirect_back(request, "enquiries:detail", pk)
