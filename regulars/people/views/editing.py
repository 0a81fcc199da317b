"""Changing, giving out and erasing what is held on somebody."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.kit.weaving import labels_changed, shown, shown_as_sent, weave
from regulars.people import queries, services
from regulars.people.access import person_here
from regulars.people.forms import PersonForm, lines_of
from regulars.people.models import Person
from regulars.people.papers import as_json, as_page, label_about_them
from regulars.people.queries.persons import sender_named
from regulars.people.services import ChangedMeanwhile
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

PAGE, PARTIAL = "people/edit.html", "people/_edit.html"


@requires("people.change")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what stands there; on POST write it, together with what somebody else changed meanwhile."""
    person = person_here(person_id)
    if request.method != "POST":
        return answer(request, PAGE, PARTIAL, {"person": person, "form": PersonForm.of(person)})
    context: dict[str, Any] = {"person": person}
    try:
        return _take(request, person, context)
    except ChangedMeanwhile as refusal:
        return answer(request, PAGE, PARTIAL, {**context, "refusal": refusal}, status=422)
    except Refusal as refusal:
        return refused(request, PAGE, PARTIAL, context, refusal)


@transaction.atomic
def _take(request: HttpRequest, person: Person, context: dict[str, Any]) -> HttpResponse:
    """Weave what was typed with what stands now, while nobody else can write to this person."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    now = PersonForm.of(person)
    was_seen = request.POST.get("version") == str(person.version)
    sent = request.POST if was_seen or "was" in request.POST else _as_new(request.POST)
    data, clashes = weave(sent, now, queries.who_changed(person.pk), was_seen=was_seen)
    data["version"] = str(person.version)
    form = PersonForm(data)
    context |= {"form": form, "clashes": clashes}
    if clashes:
        raise ChangedMeanwhile({clash.name: clash.theirs for clash in clashes}, person.version)
    if not form.is_valid():
        return answer(request, PAGE, PARTIAL, context, status=422)
    kept = labels_changed(PersonForm, shown(now), shown_as_sent(form))
    if kept:
        _write(person, form, now, request)
    what = ", ".join(kept)
    messages.success(request, _("Kept: %(what)s.") % {"what": what} if kept else _("Nothing was different."))
    return redirect_back(request, "people:detail", person.pk)


def _as_new(sent: QueryDict) -> QueryDict:
    """A form of before that says only its version: every field that differs is asked."""
    data = sent.copy()
    data["was"] = json.dumps(dict.fromkeys(PersonForm.base_fields))
    return data


def _write(person: Person, form: PersonForm, now: PersonForm, request: HttpRequest) -> None:
    """Write the fields that differ from what stands; the log says which."""
    said, before, by = form.cleaned_data, shown(now), staff(request)
    differs = {name for name, value in shown_as_sent(form).items() if before.get(name) != value}
    changes: dict[str, Any] = {name: said[name] for name in PersonForm.TEXTS if name in differs}
    if "referred_by_text" in differs:
        sender = sender_named(said["referred_by_text"], person)
        changes["referred_by_id"] = sender.pk if sender else None
    changes |= {name: lines_of(said[name]) for name in ("emails", "phones") if name in differs}
    if differs & {"lines", "postcode", "city", "region", "country", "place_label"}:
        others = list(person.addresses.order_by("-is_primary", "pk"))[1:]
        kept = [
            services.NewAddress(row.lines, row.city, row.postcode, row.region, row.country, row.label) for row in others
        ]
        changes["places"] = [form.place(), *kept]
    services.change_person(person, changes=changes, expected_version=person.version, by=by)
    if differs & {"likes", "dislikes"}:
        services.set_preferences(person, lines_of(said["likes"]), lines_of(said["dislikes"]), by)
    if "tags" in differs:
        services.set_tags(person, said["tags"].split(","), by)
    if "kinds" in differs:
        services.set_kinds(person, said["kinds"], by)


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
        goes = [(label_about_them(what), count) for what, count in preview.goes.items()]
        return render(request, "people/erase.html", {"person": person, "goes": goes, "entries": preview.entries})
    try:
        services.erase_person(person, staff(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:detail", person.pk)
    messages.success(request, _("Erased. What they bought still counts in the sums, without a name."))
    return redirect_back(request, "people:list")
