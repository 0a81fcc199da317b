"""Paste or type people: shown as they are understood, then saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from regulars.intake import services
from regulars.intake.forms import PasteForm
from regulars.intake.models import ImportRun
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.staff.doors import requires
from regulars.staff.models import User


@requires("intake.run")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show the field; then what each line was understood as; then save those that were."""
    form = PasteForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        lines = services.read_lines(form.cleaned_data["text"])
        if request.POST.get("do") != "save":
            return _page(request, form, lines)
        run = services.save_lines(lines, cast(User, request.user))
    except Refusal as refusal:
        form.add_error("text", refusal.sentence)
        return _page(request, form, status=422)
    return _saved(request, run, [line for line in lines if line.reason])


def _saved(request: HttpRequest, run: ImportRun, left: list[services.Pasted]) -> HttpResponse:
    """To what came of it; lines that could not be understood stay in the box."""
    if not left:
        return redirect_back(request, "intake:run", run.pk)
    form = PasteForm({"text": "\n".join(line.text for line in left)})
    again = [replace(line, number=number) for number, line in enumerate(left, start=1)]
    return _page(request, form, again, saved=run)


def _page(
    request: HttpRequest,
    form: PasteForm,
    lines: Sequence[services.Pasted] = (),
    *,
    saved: ImportRun | None = None,
    status: int = 200,
) -> HttpResponse:
    good = [line for line in lines if not line.reason]
    context = {"form": form, "good": good, "bad": [line for line in lines if line.reason], "saved": saved}
    return render(request, "intake/people.html", context, status=status)
