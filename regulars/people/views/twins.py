"""Who may be the same person: one answer a pair, and the way back from each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.people import services
from regulars.people.jobs import look_soon
from regulars.people.models import Merge, Pair
from regulars.people.panels import LAST_ANSWER as LAST
from regulars.people.queries import pairs as queries
from regulars.people.views.acts import UNDO
from regulars.people.views.panel import staff
from regulars.staff.doors import requires


@requires("people.merge")
@require_safe
def twins(request: HttpRequest) -> HttpResponse:
    """Show the ten surest pairs; about a dozen queries for few and for a million."""
    context = {
        "pairs": queries.alike(),
        "waiting": queries.waiting(),
        "certain": queries.certain_count(),
        "roofs": queries.waiting(Pair.About.HOUSEHOLD),
        "searched": queries.last_search(),
        "last": request.session.pop(LAST, None),
        "undo": request.session.get(UNDO),
    }
    return render(request, "people/twins.html", context)


@requires("people.merge")
@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """Have everybody compared anew in the background."""
    look_soon(thoroughly=True)
    messages.success(
        request, _("We are looking. With many people it takes some minutes; this page shows what is found.")
    )
    return redirect_back(request, "people:twins")


@requires("people.merge")
@require_POST
def join(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Yes, one person."""

    def answer(pair: Pair) -> tuple[str, str]:
        made = services.join_pair(pair.pk, staff(request))
        words = _("%(name)s is one person now.") % {"name": made.keep}
        return words, reverse("people:parting", args=[made.pk])

    return _answered(request, pair_id, answer)


@requires("people.merge")
@require_POST
def apart(request: HttpRequest, pair_id: int) -> HttpResponse:
    """No, two people; remembered for good."""

    def answer(pair: Pair) -> tuple[str, str]:
        services.keep_apart(pair.pk, staff(request))
        words = _("%(one)s and %(other)s stay two people. We will not ask again.")
        return words % {"one": pair.low, "other": pair.high}, reverse("people:pair-again", args=[pair.pk])

    return _answered(request, pair_id, answer)


@requires("people.merge")
@require_POST
def later(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Not now; asked again in a fortnight."""

    def answer(pair: Pair) -> tuple[str, str]:
        services.ask_later(pair.pk)
        return _("We will ask again in two weeks."), reverse("people:pair-again", args=[pair.pk])

    return _answered(request, pair_id, answer)


@requires("people.merge")
@require_POST
def again(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Take an answer back: the pair waits to be decided as before."""
    try:
        services.ask_again(_pair(pair_id).pk)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    request.session.pop(LAST, None)
    return redirect_back(request, "people:twins")


def _answered(request: HttpRequest, pair_id: int, answer: Callable[[Pair], tuple[str, str]]) -> HttpResponse:
    """Say what was done and offer the way back: in the pair's place for htmx, on top of the list otherwise."""
    pair = _pair(pair_id)
    try:
        words, undo_url = answer(pair)
    except Refusal as refusal:
        if is_htmx(request):
            return render(request, "people/_pair_answered.html", {"pair": pair, "words": refusal.sentence}, status=422)
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:twins")
    done: dict[str, Any] = {"words": words, "undo_url": undo_url}
    if is_htmx(request):
        return render(request, "people/_pair_answered.html", done | {"pair": pair})
    request.session[LAST] = done
    return redirect_back(request, "people:twins")


def _pair(pair_id: int) -> Pair:
    pair = Pair.objects.select_related("low", "high").filter(pk=pair_id, about=Pair.About.PERSON).first()
    if pair is None:
        raise Http404
    return pair


@requires("people.merge")
@require_POST
def part(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Make two entries of one again; with `are_two` no search asks about them any more."""
    made = Merge.objects.filter(pk=merge_id).first()
    if made is None:
        raise Http404
    try:
        services.unmerge(merge_id, staff(request), are_two=request.POST.get("are_two") == "yes")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:detail", made.keep_id)
    request.session.pop(LAST, None)
    messages.success(request, _("They are two entries again, each with what was theirs."))
    return redirect_back(request, "people:detail", made.other_id)
