"""Log anything in twenty seconds. The key of a form makes it safe to send twice, also by a phone that was offline."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.rapport import queries, services
from regulars.rapport.access import entry_here
from regulars.rapport.forms.log import LogForm, SettleForm
from regulars.rapport.models import Encounter
from regulars.rapport.services import NewEncounter
from regulars.rapport.views.enquiries import staff, who
from regulars.staff.doors import requires

SHOWN = 12


@requires("rapport.record")
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """The form, what waits, and what was written last; `?person=` chooses somebody."""
    if request.method != "POST" or "find" in request.POST:
        said = request.POST if request.method == "POST" else request.GET
        typed = {name: said[name] for name in LogForm.base_fields if said.get(name)}
        return _page(request, LogForm(initial={**typed, "client_key": request.POST.get("client_key") or uuid4()}))
    form = LogForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        row = services.log_encounter(_said(form), staff(request))
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _page(request, form, status=422)
    if request.POST.get("next"):
        messages.success(request, _("Written down."))
        return redirect_back(request, "enquiries:log")
    reply = redirect(f"{reverse('enquiries:log')}?noted={row.pk}")
    reply.status_code = 303
    return reply


def _said(form: LogForm) -> NewEncounter:
    said = form.cleaned_data
    caller = form.caller()
    plain = {name: said[name] for name in ("kind", "words", "direction", "place", "link", "answer_by", "client_key")}
    return NewEncounter(
        caller=caller,
        is_answered={"yes": True, "no": False}.get(said["answered"]),
        happened_at=_when(said["happened_at"], said["on"]),
        adds_person=bool(caller.reach.strip()),
        **plain,
    )


def _when(moment: datetime | None, day: Any) -> datetime | None:
    """The moment a phone wrote down, or noon of another day; None is now."""
    if moment is not None or day is None or day == clock.today():
        return moment
    return datetime.combine(day, time(12), clock.zone()).astimezone(UTC)


def _page(request: HttpRequest, form: LogForm, status: int = 200) -> HttpResponse:
    text, chosen = str(form["who"].value() or ""), str(form["person"].value() or "")
    context = {
        **who(text, chosen, form),
        "more": [form[name] for name in LogForm.MORE],
        "is_more_open": any(form[name].errors for name in LogForm.MORE),
        "waiting": queries.logged(0, SHOWN, is_waiting=True),
        "complaints": queries.open_complaints(SHOWN),
        "entries": queries.logged(0, SHOWN),
        "settle_form": SettleForm(auto_id=False),
        "noted": _noted(request),
        "next": request.POST.get("next", request.GET.get("next", "")),
    }
    return render(request, "enquiries/log.html", context, status=status)


def _words(request: HttpRequest) -> str:
    form = SettleForm(request.POST)
    return str(form.cleaned_data["words"]) if form.is_valid() else ""


def _noted(request: HttpRequest) -> Encounter | None:
    number = row_number(request.GET.get("noted", ""))
    if number is None:
        return None
    mine = Encounter.objects.filter(pk=number, recorded_by_id=request.user.pk)
    return mine.select_related("person").first()


@requires("rapport.record")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that it was answered."""
    if services.answer_encounter(entry_here(pk), _words(request), staff(request)):
        messages.success(request, _("Noted as answered."))
    return redirect_back(request, "enquiries:log")


@requires("rapport.record")
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a complaint is put right."""
    if services.resolve_complaint(entry_here(pk), _words(request), staff(request)):
        messages.success(request, _("Put right. Letters may go to them again."))
    return redirect_back(request, "enquiries:log")
