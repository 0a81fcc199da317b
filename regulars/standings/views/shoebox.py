"""One-thumb run through the names: one person at a time, three taps each; resumes where it was left."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from regulars.intake.services import said_again
from regulars.kit import clock
from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.kit.jobs import job_state
from regulars.kit.numbers import row_number
from regulars.people.models import Person
from regulars.staff.doors import requires, who_knocks
from regulars.standings import access, services
from regulars.standings.forms import CardForm
from regulars.standings.models import Memory
from regulars.standings.shoebox import amounts_offered, first_thanks, turn

PAGE, PARTIAL, DONE = "standings/shoebox.html", "standings/_shoebox.html", "standings/_shoebox_done.html"
NOTES_SHOWN = 2  # so that the three questions stay on the screen
SKIPPED, LAST, JOB = "shoebox_skipped", "shoebox_last", "shoebox_job"


@requires("standings.remember")
@require_http_methods(["GET", "HEAD", "POST"])
def shoebox(request: HttpRequest) -> HttpResponse:
    """Show whose turn it is; on POST note what was tapped, or skip, and show the next."""
    if request.method != "POST":
        return _shown(request, row_number(request.GET.get("person", "")))
    person = access.person_for(row_number(request.POST.get("person", "")) or 0)
    if request.POST.get("do") == "skip":
        skipped = [pk for pk in request.session.get(SKIPPED, []) if pk != person.pk]
        request.session[SKIPPED] = [*skipped, person.pk]
        request.session[LAST] = person.pk
        return _next(request)
    form = CardForm(request.POST)
    if not form.is_valid():
        return answer(request, PAGE, PARTIAL, _context(request, person, form), status=422)
    try:
        services.remember(person, **form.facts(clock.today()), by=who_knocks(request))
    except Refusal as refusal:
        return refused(request, PAGE, PARTIAL, _context(request, person, form), refusal)
    request.session[SKIPPED] = [pk for pk in request.session.get(SKIPPED, []) if pk != person.pk]
    request.session[LAST] = person.pk
    return _next(request)


@requires("standings.remember")
@require_safe
def shoebox_end(request: HttpRequest) -> HttpResponse:
    """How far the grading is, and then the way to the first three cards."""
    job_id = request.session.get(JOB)
    now = turn(request.session.get(SKIPPED, []))
    context = {
        "job": job_state(job_id) if job_id else None,
        "address": reverse("standings:shoebox-end"),
        "is_begun": now.asked > 0,
        "is_over": now.person is None,
        "thanks": first_thanks(clock.today()) if now.asked else [],
    }
    return answer(request, "standings/shoebox_end.html", DONE, context)


def _next(request: HttpRequest) -> HttpResponse:
    """The next card for htmx, the page again otherwise; after the last one everybody is graded."""
    now = turn(request.session.get(SKIPPED, []))
    if now.person is None:
        if now.asked:
            request.session[JOB] = services.request_grading()
        return redirect_back(request, "standings:shoebox-end")
    if request.headers.get("HX-Request") == "true":
        return answer(request, PAGE, PARTIAL, _context(request, now.person, None))
    return redirect_back(request, "standings:shoebox")


def _shown(request: HttpRequest, person_id: int | None) -> HttpResponse:
    now = turn(request.session.get(SKIPPED, []), person_id)
    return answer(request, PAGE, PARTIAL, _context(request, now.person, None, person_id))


def _context(
    request: HttpRequest, person: Person | None, form: CardForm | None, person_id: int | None = None
) -> dict[str, Any]:
    now = turn(request.session.get(SKIPPED, []), person.pk if person else person_id)
    memory = Memory.objects.filter(person=now.person).first() if now.person else None
    notes = list(map(said_again, now.person.notes.values_list("text", flat=True)[:NOTES_SHOWN])) if now.person else []
    last = Person.objects.here().filter(pk=request.session.get(LAST, 0)).first()
    is_told = last is not None and Memory.objects.filter(person=last).exists()
    return {
        "turn": now,
        "person": now.person,
        "form": form or CardForm.of(memory, notes, clock.today()),
        "amounts": amounts_offered(),
        "last": last if last and last != now.person else None,
        "is_told": is_told,
        "notes": notes,
        "words": _("%(n)d of %(all)d") % {"n": now.place, "all": now.total},
        "skipped": len(request.session.get(SKIPPED, [])),
    }
