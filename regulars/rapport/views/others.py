"""The others a business lives by: one page, and how often we speak to each kind."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import place_number
from regulars.people.models import Kind
from regulars.rapport import queries, services
from regulars.rapport.forms.keeping import KindRhythmForm, often_words
from regulars.rapport.queries.others import OTHERS, PAGE
from regulars.staff.doors import requires
from regulars.staff.permissions import may


@requires("rapport.see")
@require_safe
def others(request: HttpRequest) -> HttpResponse:
    """Everybody who is not a customer, by name, fifty at a time; `?kind=` shows one kind."""
    kind = request.GET.get("kind", "")
    start = place_number(request.GET.get("from", ""))
    page, used, usual = queries.others(kind, start), queries.kinds_in_use(), queries.rhythms()
    context = {
        "page": page,
        "tabs": _tabs(used, kind),
        "rhythms": [(one, Kind(one).label, usual[one], often_words(usual[one])) for one in used or OTHERS],
        "next_url": _address(kind, start + PAGE) if page.has_more else "",
        "previous_url": _address(kind, max(0, start - PAGE)) if start else "",
        "may_record": may(request.user, "rapport.record"),
    }
    return render(request, "ties/others.html", context)


@requires("rapport.record")
@require_POST
def rhythm(request: HttpRequest, kind: str) -> HttpResponse:
    """How often we usually speak to people of one kind."""
    form = KindRhythmForm(request.POST)
    try:
        if not form.is_valid():
            raise Refusal(_("Please write a number of months up to 60, or 0 for never."))
        services.set_kind_rhythm(kind, form.cleaned_data["every_months"])
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("From now on that is how often you are reminded."))
    return redirect_back(request, "ties:others")


def _tabs(used: list[str], chosen: str) -> list[dict[str, object]]:
    if len(used) < 2:
        return []
    everybody = {"label": _("Everybody"), "url": reverse("ties:others"), "is_current": chosen not in used}
    kinds = [{"label": capfirst(Kind(one).label), "url": _address(one), "is_current": one == chosen} for one in used]
    return [everybody, *kinds]


def _address(kind: str, start: int = 0) -> str:
    said = {"kind": kind if kind in OTHERS else "", "from": str(start) if start else ""}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('ties:others')}?{query}" if query else reverse("ties:others")
