"""Paste or type people: shown as they are understood, then saved."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.intake import services
from regulars.intake.forms import PasteForm
from regulars.kit.errors import Refusal
from regulars.staff.doors import requires
from regulars.staff.models import User


@requires("people.add")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show the field; then what each line was understood as; then save those that were."""
    form = PasteForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "intake/people.html", context, status=422 if form.is_bound else 200)
    try:
        lines = services.read_lines(form.cleaned_data["text"])
        if request.POST.get("do") == "save":
            recorded = services.save_lines(lines, cast("User", request.user))
            messages.success(
                request, _("%(new)d new, %(known)d known before.") % {"new": recorded.new, "known": recorded.matched}
            )
            return redirect("people:list")
    except Refusal as refusal:
        form.add_error("text", refusal.sentence)
        return render(request, "intake/people.html", context, status=422)
    good = sum(not line.reason for line in lines)
    return render(request, "intake/people.html", {**context, "lines": lines, "good": good})
