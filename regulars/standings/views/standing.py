"""Groups, a grading on demand, and what the owner remembers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.kit.jobs import job_state
from regulars.people.queries import has_people
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may
from regulars.standings import access, services
from regulars.standings.forms import MemoryForm
from regulars.standings.pages.glance import groups_page
from regulars.standings.pages.steps import steps_page
from regulars.standings.pages.ways import tabs
from regulars.standings.shoebox import has_names_to_tell


@requires("standings.see")
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """How many people stand where, and the way to them."""
    page = groups_page()
    row = tabs("groups") if page and not page.is_simple else []
    context = {
        "page": page,
        "tabs": row,
        "may_grade": _may(request, "standings.grade"),
        "has_people": bool(page and page.people) or has_people(),
        "has_names_to_tell": _may(request, "standings.remember") and has_names_to_tell(),
    }
    return render(request, "standings/groups.html", context)


@requires("standings.see")
@require_safe
def steps(request: HttpRequest) -> HttpResponse:
    """How far people come, from the first question to the friend they send, and who is stuck where."""
    return render(request, "standings/steps.html", {"page": steps_page()})


@requires("standings.grade")
@require_POST
def gradings(request: HttpRequest) -> HttpResponse:
    """Grade everybody now, beside the pages."""
    job_id = services.request_grading()
    return redirect_back(request, "standings:grading", job_id)


@requires("standings.grade")
@require_safe
def grading(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a grading is; the page asks again by itself until it is done."""
    context = {"job": job_state(job_id), "address": reverse("standings:grading", args=[job_id])}
    return answer(request, "standings/grading.html", "standings/_grading.html", context)


@requires("standings.remember")
@require_http_methods(["GET", "HEAD", "POST"])
def memory(request: HttpRequest, person_id: int) -> HttpResponse:
    """Three taps about somebody whose visits are not written down."""
    person = access.person_for(person_id)
    form = MemoryForm(request.POST or None)
    context = {"person": person, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return answer(request, "standings/memory.html", "standings/_memory.html", context, status=status)
    try:
        services.remember(person, **form.facts(clock.today()), by=who_knocks(request))
    except Refusal as refusal:
        return refused(request, "standings/memory.html", "standings/_memory.html", context, refusal)
    messages.success(request, _("Noted from memory."))
    return redirect_back(request, "people:detail", person.pk)


@requires("standings.remember")
@require_POST
def memory_removal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take back what was remembered."""
    person = access.person_for(person_id)
    services.forget_memory(person)
    messages.success(request, _("What you remembered is taken back."))
    return redirect_back(request, "people:detail", person.pk)


def _may(request: HttpRequest, action: str) -> bool:
    return may(who_knocks(request), action)
