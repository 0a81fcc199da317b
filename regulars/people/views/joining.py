"""Making two entries one by hand: find the other, look at both side by side, choose the name, join."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.people import services
from regulars.people.access import person_here
from regulars.people.models import Person
from regulars.people.panels import LAST_ANSWER as LAST
from regulars.people.queries import find_people
from regulars.people.queries.pairs import alike_to
from regulars.people.queries.previewing import side_by_side
from regulars.people.services.own_merge import NAMES
from regulars.people.views.panel import staff
from regulars.staff.doors import requires


@requires("people.merge")
@require_http_methods(["GET", "HEAD", "POST"])
def joining(request: HttpRequest, person_id: int) -> HttpResponse:
    """Find the other entry, or with `with` show both and, on a yes, join them."""
    person = person_here(person_id)
    number = row_number((request.POST if request.method == "POST" else request.GET).get("with", ""))
    other = None if number is None else person_here(number)
    if other is None or other.pk == person.pk:
        return _choose(request, person, is_same=other is not None)
    keep, other = sorted((person, other), key=lambda one: one.pk)
    if request.method == "POST":
        return _join(request, keep, other)
    return _preview(request, keep, other)


def _choose(request: HttpRequest, person: Person, *, is_same: bool) -> HttpResponse:
    if request.method == "POST" and is_same:
        # A second click on the same yes: the other entry leads here already.
        messages.success(request, _("These two are one person already."))
        return redirect_back(request, "people:detail", person.pk)
    text = request.GET.get("q", "").strip()[:200]
    found = find_people(text, 9).exclude(pk=person.pk).prefetch_related("emails", "phones") if text else []
    context = {"person": person, "text": text, "found": list(found)[:8], "alike": alike_to(person)}
    return render(request, "people/joining.html", context)


def _preview(request: HttpRequest, keep: Person, other: Person, refusal: Refusal | None = None) -> HttpResponse:
    one, two, rows = side_by_side(keep, other)
    context = {"keep": one, "other": two, "rows": rows, "refusal": refusal}
    return render(request, "people/joining_preview.html", context, status=422 if refusal else 200)


def _join(request: HttpRequest, keep: Person, other: Person) -> HttpResponse:
    """Join them; the chosen entry's whole name stays, the salutation on its own."""
    named = other if request.POST.get("name") == str(other.pk) else keep
    saluted = other if request.POST.get("salutation") == str(other.pk) else keep
    chosen = {column: getattr(named, column) for column in NAMES} if named is other else {}
    if saluted.salutation:
        chosen["salutation"] = saluted.salutation
    else:
        chosen.pop("salutation", None)
    try:
        made = services.merge(keep, other, staff(request), chosen=chosen)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("people:detail", keep.pk)
    words = _("%(name)s is one person now.") % {"name": made.keep}
    request.session[LAST] = {"words": words, "undo_url": reverse("people:parting", args=[made.pk])}
    return redirect_back(request, "people:detail", keep.pk)
