"""One run: look before, watch, compare after, correct, undo."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.intake import queries, services
from regulars.intake.access import question_seen, run_seen
from regulars.intake.models import ImportRun
from regulars.intake.services import resuming
from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.jobs import job_state
from regulars.staff.doors import requires
from regulars.staff.models import User


@requires("intake.run")
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Whatever state it is in: the preview, the progress, or what came of it."""
    return _page(request, run_seen(run_id))


@requires("intake.run")
@require_POST
def agreements(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take over what was corrected; look again, or take the file in."""
    found = run_seen(run_id)
    columns = {key.removeprefix("column:"): value for key, value in request.POST.items() if key.startswith("column:")}
    answers = {key.removeprefix("answer:"): value for key, value in request.POST.items() if key.startswith("answer:")}
    try:
        services.look_again(found, cast("dict[str, str]", columns), cast("dict[str, str]", answers))
        if request.POST.get("do") == "take-in":
            services.confirm(found, cast("User", request.user))
    except Refusal as refusal:
        return _page(request, run_seen(run_id), refusal=refusal, status=422)
    return redirect_back(request, "intake:run", found.pk)


@requires("intake.run")
@require_POST
def attempts(request: HttpRequest, run_id: int) -> HttpResponse:
    """Go on with a run whose work broke off."""
    found = run_seen(run_id)
    try:
        resuming.go_on(found)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:run", found.pk)


@requires("intake.run")
@require_POST
def letting_go(request: HttpRequest, run_id: int) -> HttpResponse:
    """Forget a file that was not taken in."""
    try:
        services.let_go(run_seen(run_id))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "intake:run", run_id)
    return redirect_back(request, "intake:start")


@requires("intake.run")
@require_safe
def refused(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The refused rows as a table to correct."""
    found = run_seen(run_id)
    reply = StreamingHttpResponse(services.refused_as_csv(found), content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="refused-{found.pk}.csv"'
    return reply


@requires("intake.run")
@require_POST
def corrections(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take corrected rows in again."""
    found = run_seen(run_id)
    width = len(found.reading.get("header", []))
    rows = {
        int(pk): [request.POST.get(f"cell:{pk}:{place}", "") for place in range(width)]
        for pk in request.POST.getlist("row")
        if pk.isdigit()
    }
    try:
        made = services.mend(found, rows, cast("User", request.user))
    except Refusal as refusal:
        return _page(request, found, refusal=refusal, status=422)
    return redirect_back(request, "intake:run", made.pk)


@requires("intake.run")
@require_POST
def answers(request: HttpRequest, run_id: int, question_id: int) -> HttpResponse:
    """Answer the question a run left open."""
    found = run_seen(run_id)
    try:
        services.answer_question(
            question_seen(found, question_id), request.POST.get("answer", ""), cast("User", request.user)
        )
        messages.success(request, _("Noted."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:run", found.pk)


@requires("intake.undo")
@require_POST
def undoing(request: HttpRequest, run_id: int) -> HttpResponse:
    """Undo a run."""
    found = run_seen(run_id)
    try:
        services.ask_to_undo(found, cast("User", request.user))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:run", found.pk)


def _page(request: HttpRequest, found: ImportRun, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"run": found, "refusal": refusal, "format": services.label_of(found.format)}
    if found.state == ImportRun.State.WAITING:
        return _preview(request, found, context, status)
    if found.is_settled:
        context |= {
            "refused": queries.refused_of(found),
            "questions": list(found.questions.all()),
            "mapped": {name for names in found.mapping.values() for name in names},
        }
        if is_htmx(request):  # the progress has come to its end
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "intake/result.html", context, status=status)
    context["job"] = job_state(found.job_id) if found.job_id else None
    return render(
        request, "intake/_progress.html" if is_htmx(request) else "intake/running.html", context, status=status
    )


def _preview(request: HttpRequest, found: ImportRun, context: dict[str, Any], status: int) -> HttpResponse:
    try:
        shown = services.preview(found)
    except Refusal as refusal:
        return render(
            request, "intake/unread.html", {**context, "refusal": refusal}, status=422 if status == 200 else status
        )
    context |= {"preview": shown, "fields": services.choices_of_fields(shown.guess), "format": shown.guess.format.label}
    return render(request, "intake/preview.html", context, status=status)
