"""Changing, giving out and erasing what is held on somebody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.people import services
from regulars.people.access import person_here
from regulars.people.forms import PersonForm, lines_of
from regulars.people.models import Person
from regulars.people.papers import as_json, as_page, label_of
from regulars.people.queries.persons import sender_named
from regulars.people.services import ChangedMeanwhile
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

PAGE, PARTIAL = "people/edit.html", "people/_edit.html"


@requires("people.change")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what stands there; on POST write it, unless somebody changed it meanwhile."""
    person = person_here(person_id)
    if request.method != "POST":
        return answer(request, PAGE, PARTIAL, {"person": person, "form": PersonForm.of(person)})
    form = PersonForm(request.POST)
    context: dict[str, Any] = {"person": person, "form": form}
    if not form.is_valid():
        return answer(request, PAGE, PARTIAL, context, status=422)
    try:
        _write(person, form, request)
    except ChangedMeanwhile as refusal:
        return refused(request, PAGE, PARTIAL, {**context, **_differing(form, refusal)}, refusal)
    except Refusal as refusal:
        return refused(request, PAGE, PARTIAL, context, refusal)
    messages.success(request, _("Kept."))
    return redirect_back(request, "people:detail", person.pk)


@transaction.atomic
def _write(person: Person, form: PersonForm, request: HttpRequest) -> None:
    said = form.cleaned_data
    changes: dict[str, Any] = {name: said[name] for name in PersonForm.TEXTS}
    sender = sender_named(said["referred_by_text"], person)
    changes["referred_by_id"] = sender.pk if sender else None
    changes["emails"], changes["phones"] = lines_of(said["emails"]), lines_of(said["phones"])
    others = list(person.addresses.order_by("-is_primary", "pk"))[1:]
    kept = [services.NewAddress(row.lines, row.city, row.postcode, row.region, row.country) for row in others]
    changes["places"] = [form.place(), *kept]
    services.change_person(person, changes=changes, expected_version=said["version"], by=staff(request))
    services.set_preferences(person, lines_of(said["likes"]), lines_of(said["dislikes"]))
    services.set_tags(person, said["tags"].split(","))
    services.set_kinds(person, said["kinds"])


def _differing(form: PersonForm, refusal: ChangedMeanwhile) -> dict[str, Any]:
    """Name the fields that differ and let the next save be made knowingly: it carries the version now seen."""
    form.data = {**_flat(form), "version": str(refusal.version)}
    names = [name for name in refusal.theirs if name in form.fields]
    return {"differing": [(form.fields[name].label, refusal.theirs[name], form.cleaned_data[name]) for name in names]}


def _flat(form: PersonForm) -> dict[str, Any]:
    """What was typed, as plain values; the kinds stay a list."""
    return {name: form[name].value() for name in form.fields}


@requires("people.export")
@require_POST
def export(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give out everything held on somebody: a file for a program, or a page to hand over and print."""
    person = person_here(person_id)
    held = services.export_person(person.pk, staff(request))
    name = slugify(person.full_name) or person.pk
    if request.POST.get("as") == "html":
        reply = HttpResponse(as_page(person, held), content_type="text/html; charset=utf-8")
        reply["Content-Disposition"] = f'attachment; filename="{name}.html"'
        return reply
    reply = HttpResponse(as_json(held), content_type="application/json")
    reply["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return reply


@requires("people.erase")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what would go and what stays; on POST erase somebody for good."""
    person = person_here(person_id)
    if request.method != "POST":
        preview = services.preview_erasure(person)
        goes = [(label_of(what), count) for what, count in preview.goes.items()]
        return render(request, "people/erase.html", {"person": person, "goes": goes, "entries": preview.entries})
    try:
        services.erase_person(person, staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:detail", person.pk)
    messages.success(request, _("Erased. What they bought still counts in the sums, without a name."))
    return redirect_back(request, "people:list")
