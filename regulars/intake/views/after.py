"""After a run: the refused rows, the open questions, the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.intake import services
from regulars.intake.access import question_seen, run_seen
from regulars.intake.views.runs import run_page
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_numbers
from regulars.staff.doors import requires, who_knocks


@requires("intake.see")
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
        pk: [request.POST.get(f"cell:{pk}:{place}", "") for place in range(width)]
        for pk in row_numbers(request.POST.getlist("row"))
    }
    try:
        made = services.mend(found, rows, who_knocks(request))
    except Refusal as refusal:
        return run_page(request, found, refusal)
    return redirect_back(request, "intake:run", made.pk)


@requires("intake.run")
@require_POST
def answers(request: HttpRequest, run_id: int, question_id: int) -> HttpResponse:
    """Answer the question a run left open."""
    found = run_seen(run_id)
    question = question_seen(found, question_id)
    try:
        services.answer_question(question, request.POST.get("answer", ""), who_knocks(request))
        messages.success(request, _("Noted."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:run", found.pk)


@requires("intake.undo")
@require_POST
def undoing(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take back what a run brought."""
    found = run_seen(run_id)
    try:
        services.ask_to_undo(found, who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:run", found.pk)
