"""One run in whatever state it is: looked over before, watched, compared after."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.intake import queries, services
from regulars.intake.access import run_seen
from regulars.intake.formats import FORMATS
from regulars.intake.models import ImportRun
from regulars.intake.views.columns import with_choices
from regulars.intake.views.stages import stages
from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.jobs import job_state
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may


@requires("intake.see")
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """The look before, the progress, or what came of it."""
    return run_page(request, run_seen(run_id))


@requires("intake.run")
@require_POST
def agreements(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take over what was corrected; look again, or take the file in."""
    found = run_seen(run_id)
    if found.state != ImportRun.State.WAITING:
        return redirect_back(request, "intake:run", found.pk)
    try:
        found, is_anew = services.look_again(
            found, _said(request, "column:"), _answers(request), request.POST.get("format", "")
        )
        if request.POST.get("do") == "take-in" and is_anew:
            messages.info(request, _("The file is read differently now. Please look it over once more."))
        elif request.POST.get("do") == "take-in":
            services.confirm(found, who_knocks(request))
    except Refusal as refusal:
        return run_page(request, run_seen(run_id), refusal)
    return redirect_back(request, "intake:run", found.pk)


@requires("intake.run")
@require_POST
def attempts(request: HttpRequest, run_id: int) -> HttpResponse:
    """Go on with a run whose work broke off."""
    found = run_seen(run_id)
    try:
        services.go_on(found)
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
    messages.success(request, _("The file is removed. Nothing of it was kept."))
    return redirect_back(request, "intake:start")


def _said(request: HttpRequest, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}


def _answers(request: HttpRequest) -> dict[str, str]:
    """What was answered. Of a large file only the top was seen: an answer left alone is left to the whole file."""
    usual = _said(request, "usual:")
    return {kind: answer for kind, answer in _said(request, "answer:").items() if usual.get(kind) != answer}


def run_page(request: HttpRequest, found: ImportRun, refusal: Refusal | None = None) -> HttpResponse:
    """Draw a run as it stands; with a refusal, 422."""
    status = 422 if refusal else 200
    context: dict[str, Any] = {"run": found, "refusal": refusal, "format": services.label_of(found.format)}
    context["stages"] = stages(found)
    if found.state == ImportRun.State.WAITING:
        return _preview(request, found, context, status)
    if not found.is_settled:
        context |= {"job": job_state(found.job_id) if found.job_id else None, "broke_off": services.broke_off(found)}
        page = "intake/_progress.html" if is_htmx(request) else "intake/running.html"
        return render(request, page, context, status=status)
    if is_htmx(request):  # the progress has come to its end
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "intake/result.html", {**context, **_result(request, found)}, status=status)


def _preview(request: HttpRequest, found: ImportRun, context: dict[str, Any], status: int) -> HttpResponse:
    try:
        shown = services.preview(found)
    except Refusal as refusal:
        return render(request, "intake/unread.html", {**context, "refusal": refusal}, status=422)
    context |= {
        "preview": shown,
        "choices": with_choices(shown.columns, services.choices_of_fields(shown.guess)),
        "formats": list(FORMATS.values()),
        "same": queries.taken_in_before(found),
    }
    return render(request, "intake/preview.html", context, status=status)


def _result(request: HttpRequest, found: ImportRun) -> dict[str, Any]:
    refused = queries.refused_of(found)
    header = found.reading.get("header", [])
    return {
        "refused": [(row, list(zip(header, [*row.cells, *[""] * len(header)], strict=False))) for row in refused],
        "has_refused": bool(refused) or found.refused_rows.exists(),
        "questions": list(found.questions.all()),
        "orders_in_file": found.orders_new + found.orders_seen + found.orders_updated,
        "may_undo": may(request.user, "intake.undo"),
    }
