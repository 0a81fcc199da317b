"""What is done to many people at once: for whom, how many they are, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.people import fields, services
from regulars.people.forms import ActForm
from regulars.people.jobs import carry_out_soon, undo_soon
from regulars.people.models import BulkAct
from regulars.people.queries.acts import lately, words_of
from regulars.people.queries.lists import Filter
from regulars.people.queries.matching import COUNTED, Asked, count_matching
from regulars.people.queries.pairs import certain_count
from regulars.people.services.acts import AT_ONCE, MERGED_AT_ONCE
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

UNDO = "people_act"


@requires("people.change")
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """Show what was done to many lately, each with its way back. Two queries."""
    return render(request, "people/acts.html", {"acts": lately()})


@requires("people.change")
@require_http_methods(["GET", "HEAD", "POST"])
def for_everybody(request: HttpRequest) -> HttpResponse:
    """Choose what is done to everybody in a list; how many they are stands above."""
    asked = asked_of(request.GET)
    count = count_matching(asked)
    form = ActForm(request.POST or None)
    context = {"form": form, "count": count, "is_many": count > COUNTED, "filters": in_words(asked), "text": asked.text}
    if request.method == "POST" and form.is_valid():
        try:
            return do(request, form.cleaned_data["kind"], form.facts(), asked, count)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return render(request, "people/act.html", context, status=422 if form.is_bound else 200)


def do(request: HttpRequest, kind: str, facts: dict[str, Any], asked: Asked, count: int) -> HttpResponse:
    """Begin an act; few people are done before the answer, many in the background."""
    act = services.begin_act(kind, facts, asked, total=count, by=staff(request))
    return carried_out(request, act, is_small=count <= AT_ONCE)


@requires("people.merge")
@require_POST
def join_certain(request: HttpRequest) -> HttpResponse:
    """Join every pair that is certain; one way back for all of them."""
    count = certain_count()
    act = services.begin_joining(total=count, by=staff(request))
    return carried_out(request, act, is_small=count <= MERGED_AT_ONCE, back_to="people:twins")


def carried_out(request: HttpRequest, act: BulkAct, *, is_small: bool, back_to: str = "people:list") -> HttpResponse:
    if is_small:
        act = services.carry_out(act.pk)
        request.session[UNDO] = {"act": act.pk, "words": words_of(act)}
    else:
        carry_out_soon(act.pk)
        messages.success(request, _("That is being done. With many people it takes a minute."))
        back_to = "people:acts"
    return redirect_back(request, back_to)


@requires("people.change")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an act back from exactly those it changed."""
    act = BulkAct.objects.filter(pk=pk).first()
    if act is None:
        raise Http404
    request.session.pop(UNDO, None)
    try:
        act = services.begin_undoing(pk, staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:acts")
    if act.count <= (MERGED_AT_ONCE if act.kind == BulkAct.Kind.MERGE else AT_ONCE):
        services.undo_act(pk)
        messages.success(request, _("Taken back."))
    else:
        undo_soon(pk)
        messages.success(request, _("It is being taken back. With many people it takes a minute."))
    return redirect_back(request, "people:acts")


@requires("people.change")
@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """Put the note about the last act away; it stays among what was done lately."""
    request.session.pop(UNDO, None)
    return redirect_back(request, "people:list")


def asked_of(parts: QueryDict) -> Asked:
    """Read the filters of a list's address."""
    filters = tuple(
        Filter(field.key, field.first_op, value)
        for field in fields.catalogue()
        if (value := parts.get(field.key, "")) and isinstance(value, str)
    )
    return Asked(filters=filters, text=parts.get("q", "").strip()[:200], is_list=True)


def in_words(asked: Asked) -> list[str]:
    """Say which filters these are."""
    found = []
    for one in asked.filters:
        field = fields.field(one.key)
        if field is not None:
            named = next((str(label) for value, label in field.options() if value == one.value), one.value)
            found.append(f"{field.label}: {named}")
    return found
