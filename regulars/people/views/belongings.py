"""What is added to a person from their page: notes, days, reminders, consent, quiet. Each answers with its panel."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.people import services
from regulars.people.access import note_of, occasion_of, person_here, reminder_of, silence_of
from regulars.people.forms import (
    ConsentForm,
    NoteForm,
    OccasionForm,
    QuietForm,
    ReminderForm,
    SilenceForm,
    SnoozeForm,
)
from regulars.people.models import Removal
from regulars.people.panels import REMOVED
from regulars.people.views.panel import done, not_done, staff
from regulars.staff.doors import requires

BY_HAND = "by hand"


@requires("people.change")
@require_POST
def note(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), NoteForm(request.POST, auto_id="note-%s")
    try:
        services.add_note(person, request.POST.get("text", ""), staff(request))
    except Refusal as refusal:
        form.is_valid()
        return not_done(request, person, "timeline", "note_form", form, refusal)
    return done(request, person, "timeline")


@requires("people.change")
@require_POST
def remove_note(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    _can_be_put_back(request, services.remove_note(note_of(person, pk), staff(request)))
    return done(request, person, "timeline")


@requires("people.change")
@require_POST
def occasion(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), OccasionForm(request.POST, auto_id="occasion-%s")
    if not form.is_valid():
        return not_done(request, person, "upcoming", "occasion_form", form)
    said = form.cleaned_data
    try:
        services.add_occasion(person, said["kind"], said["date"], said["label"])
    except Refusal as refusal:
        return not_done(request, person, "upcoming", "occasion_form", form, refusal)
    return done(request, person, "upcoming")


@requires("people.change")
@require_POST
def remove_occasion(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    _can_be_put_back(request, services.remove_occasion(occasion_of(person, pk), staff(request)))
    return done(request, person, "upcoming")


def _can_be_put_back(request: HttpRequest, removal: Removal | None) -> None:
    """Remember the number only: the words themselves stand where an erasure finds them."""
    if removal is not None:
        request.session[REMOVED] = removal.pk


@requires("people.change")
@require_POST
def put_back(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    """Put back a note or a day that was just taken out."""
    person = person_here(person_id)
    name = "upcoming" if "upcoming" in request.POST else "timeline"
    try:
        services.put_back_removed(person, pk, staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:detail", person.pk)
    request.session.pop(REMOVED, None)
    return done(request, person, name)


@requires("people.change")
@require_POST
def reminder(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), ReminderForm(request.POST, auto_id="reminder-%s")
    if not form.is_valid():
        return not_done(request, person, "upcoming", "reminder_form", form)
    said = form.cleaned_data
    try:
        services.remind(person, said["what"], said["due_on"], said["kind"], staff(request))
    except Refusal as refusal:
        return not_done(request, person, "upcoming", "reminder_form", form, refusal)
    return done(request, person, "upcoming")


@requires("people.change")
@require_POST
def finish(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    services.finish_reminder(reminder_of(person, pk), staff(request))
    return done(request, person, "upcoming")


@requires("people.change")
@require_POST
def snooze(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person, form = person_here(person_id), SnoozeForm(request.POST)
    found = reminder_of(person, pk)
    if not form.is_valid():
        return not_done(request, person, "upcoming", "snooze_form", form)
    try:
        services.snooze_reminder(found, form.cleaned_data["until"], staff(request))
    except Refusal as refusal:
        return not_done(request, person, "upcoming", "snooze_form", form, refusal)
    return done(request, person, "upcoming")


@requires("people.consent")
@require_POST
def consent(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write down what somebody said today or on a day that is known: evidence, with who wrote it down."""
    person, form = person_here(person_id), ConsentForm(request.POST, auto_id="consent-%s")
    if not form.is_valid():
        return not_done(request, person, "consent", "consent_form", form)
    said = form.cleaned_data
    record = services.record_consent if said["answer"] == "yes" else services.withdraw_consent
    try:
        record(
            [person.pk],
            said["channel"],
            said["purpose"],
            source=BY_HAND,
            wording=said["wording"],
            by=staff(request),
            at=_moment_of(said["said_on"]),
        )
    except Refusal as refusal:
        return not_done(request, person, "consent", "consent_form", form, refusal)
    return done(request, person, "consent")


@requires("people.change")
@require_POST
def quiet(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), QuietForm(request.POST, auto_id="quiet-%s")
    if not form.is_valid():
        return not_done(request, person, "quiet", "quiet_form", form)
    try:
        services.quiet_until(person, form.cleaned_data["until"], staff(request))
    except Refusal as refusal:
        return not_done(request, person, "quiet", "quiet_form", form, refusal)
    return done(request, person, "quiet")


@requires("people.change")
@require_POST
def end_quiet(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_here(person_id)
    services.quiet_until(person, None, staff(request))
    return done(request, person, "quiet")


@requires("people.change")
@require_POST
def silence(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = person_here(person_id), SilenceForm(request.POST, auto_id="silence-%s")
    if not form.is_valid():
        return not_done(request, person, "quiet", "silence_form", form)
    said = form.cleaned_data
    try:
        services.silence(person, said["kind"], said["why"], "people", said["until"], by=staff(request))
    except Refusal as refusal:
        return not_done(request, person, "quiet", "silence_form", form, refusal)
    return done(request, person, "quiet")


@requires("people.change")
@require_POST
def lift(request: HttpRequest, person_id: int, pk: int) -> HttpResponse:
    person = person_here(person_id)
    services.lift_silence(silence_of(person, pk), staff(request))
    return done(request, person, "quiet")


def _moment_of(day: date) -> datetime:
    """Today means now; an earlier day its first moment."""
    return clock.now() if day == clock.today() else clock.start_of(day)
