"""Where files come in: the drop field and the files of before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from regulars.intake import queries, services
from regulars.intake.forms import FilesForm
from regulars.intake.models import ImportRun
from regulars.intake.services.starting import LARGEST_BYTES
from regulars.intake.views.stages import stages
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.staff.doors import requires, who_knocks

PAGE = 12


@requires("intake.run")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Drop a file; below it, the files taken in before."""
    if request.method != "POST":
        return render(request, "intake/start.html", _context(request, FilesForm()))
    form = FilesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _received(request, form)
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
    return render(request, "intake/start.html", _context(request, form), status=422)


def _received(request: HttpRequest, form: FilesForm) -> HttpResponse:
    by = who_knocks(request)
    runs: list[ImportRun] = []
    refused: list[Refusal] = []
    for upload in form.cleaned_data["file"]:
        try:
            runs += services.receive_all(upload, by)
        except Refusal as refusal:
            refused.append(refusal)
    if not runs:
        raise refused[0]
    for one in refused:
        messages.warning(request, one.sentence)
    if len(runs) > 1:
        more = len(runs) - 1
        words = ngettext(
            "This is the first one. %(n)d more waits under Take in a file.",
            "This is the first one. %(n)d more wait under Take in a file.",
            more,
        )
        messages.info(request, words % {"n": more})
    return redirect_back(request, "intake:run", runs[0].pk)


def _context(request: HttpRequest, form: FilesForm) -> dict[str, Any]:
    runs = _page(request.GET.get("before", ""))
    next_url = f"{reverse('intake:start')}?before={runs[PAGE - 1].pk}" if len(runs) > PAGE else ""
    limit = LARGEST_BYTES // (1024 * 1024)
    words = _(
        "Contact cards, CSV, Excel, JSON or Parquet, packed or not, up to %(limit)d MB. Drop it here or choose it;"
        " several at once are fine. Nothing is taken in before you have looked it over."
    ) % {"limit": limit}
    return {
        "form": form,
        "words": words,
        "runs": runs[:PAGE],
        "next_url": next_url,
        "stages": stages(),
        "previous_url": reverse("intake:start") if "before" in request.GET else "",
    }


def _page(before: str) -> list[ImportRun]:
    """One run more than is shown, so that the next page is known. One query."""
    return list(queries.recent_runs(PAGE + 1, before=row_number(before)))
