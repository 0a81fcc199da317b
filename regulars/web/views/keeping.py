"""How long things are kept: a choice for each kind, with how many would go tonight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import Refusal
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may
from regulars.staff.services import check_may
from regulars.web.keeping import CHOICES, KINDS, how_many_would_go, keep_for, kept_days
from regulars.web.saying import say

if TYPE_CHECKING:
    pass


class KeepingForm(forms.Form):
    """One choice a kind."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        for kind in KINDS:
            self.fields[kind.key] = forms.TypedChoiceField(
                label=kind.label, help_text=kind.help, choices=CHOICES, coerce=int
            )


@requires("settings.see")
@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest) -> HttpResponse:
    """Show and change how long each kind is kept. `look` only counts what would go; nothing goes before the night."""
    me = who_knocks(request)
    days = kept_days()
    form = KeepingForm(request.POST or None, initial=days)
    if request.method == "POST":
        check_may(me, "settings.change")
        if form.is_valid():
            days = form.cleaned_data
            if "look" not in request.POST:
                try:
                    keep_for(days, me)
                except Refusal as refusal:
                    say(form, refusal)
                else:
                    messages.success(request, _("Kept."))
                    return redirect("web:keeping")
    counts = how_many_would_go(days)
    context = {
        "form": form,
        "may_change": may(me, "settings.change"),
        "rows": [(form[kind.key], counts.get(kind.key), days.get(kind.key)) for kind in KINDS],
    }
    return render(request, "web/settings/keeping.html", context, status=422 if form.errors else 200)
