"""The list of people: search, filters, pages, tags for many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import answer, is_htmx, redirect_back
from regulars.kit.errors import Refusal
from regulars.people import fields
from regulars.people.forms import TagManyForm
from regulars.people.models import BulkAct, Person
from regulars.people.queries import Filter, find_people, people_list
from regulars.people.queries.lists import BY_NAME, NEWEST
from regulars.people.queries.matching import Asked
from regulars.people.queries.pairs import waiting
from regulars.people.queries.persons import in_order
from regulars.people.views.acts import UNDO, do
from regulars.staff.doors import requires
from regulars.staff.permissions import may

PAGE, PARTIAL = "people/list.html", "people/_found.html"
ROWS = 20


@dataclass(frozen=True)
class Offered:
    """One field as the filter form shows it, with what is chosen."""

    field: fields.Field
    value: str

    @cached_property
    def options(self) -> fields.Choices:
        """Asked for once a page: some ask the database."""
        return self.field.options()

    @property
    def is_offered(self) -> bool:
        """A text field is for finding, and a choice without choices filters nothing."""
        is_plain = self.field.kind in {"date", "number"}
        return is_plain or (self.field.kind in {"choice", "flag"} and bool(self.options))

    @property
    def words(self) -> str:
        """What is chosen, in words."""
        named = next((str(choice[1]) for choice in self.options if choice[0] == self.value), self.value)
        return f"{self.compares} {named}".strip()

    @property
    def compares(self) -> str:
        """The word between the field and its value."""
        return {"since": _("since"), "until": _("until"), "at_least": _("at least"), "at_most": _("at most")}.get(
            self.field.first_op, ""
        )


@requires("people.see")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show a page of the list; eleven queries and those of the frame, for few people and for a million."""
    asked = request.GET
    text = asked.get("q", "").strip()[:200]
    sort = NEWEST if asked.get("sort") == NEWEST else BY_NAME
    known = (Offered(field, asked.get(field.key, "")) for field in fields.catalogue())
    offered = [one for one in known if one.is_offered]
    filters = [Filter(one.field.key, one.field.first_op, one.value) for one in offered if one.value]
    page = people_list(filters, asked.get("after", ""), ROWS, text=text, sort=sort, before=asked.get("before", ""))
    people = in_order(page.ids)
    if sort == BY_NAME:
        days = fields.last_here(page.ids)
        for person in people:
            person.last_here_on = days.get(person.pk)  # type: ignore[attr-defined]  # for the line alone
    context = {
        "people": people,
        "page": page,
        "text": text,
        "sort": sort,
        "offered": offered,
        "narrowed": [(one, _address(asked, **{one.field.key: ""})) for one in offered if one.value],
        "previous_url": _address(asked, before=page.before, after="")
        if page.before and not text
        else _back(asked, page, text),
        "next_url": _address(asked, after=page.after, before="") if page.after else "",
        "is_empty": not page.ids and not text and not filters and not Person.objects.here().exists(),
        "may_change": may(request.user, "people.change"),
        "may_add": may(request.user, "people.add"),
        "undo": request.session.get(UNDO),
        "everybody_url": f"{reverse('people:act')}?{_query(asked)}",
        "twins": waiting() if may(request.user, "people.merge") and not is_htmx(request) else 0,
        "today": clock.today(),
    }
    reply = answer(request, PAGE, PARTIAL, context)
    if is_htmx(request):
        # What was typed, without the filters nobody chose.
        reply["HX-Push-Url"] = _address(asked)
    return reply


@requires("people.see")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Offer people to pick from while somebody types: `q`, and `name` as the name of the field to fill."""
    text = request.GET.get("q", "").strip()[:200]
    found = find_people(text, 8).prefetch_related("emails", "phones")
    context = {"people": list(found), "text": text, "name": request.GET.get("name", "person")[:40]}
    return render(request, "people/_picks.html", context)


@requires("people.change")
@require_POST
def tag_many(request: HttpRequest) -> HttpResponse:
    """Tag everybody picked, and remember who had the tag not before, so that it can be taken back."""
    form = TagManyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Pick the people and write a tag."))
        return redirect_back(request, "people:list")
    ids = tuple(form.cleaned_data["people"])
    try:
        return do(request, BulkAct.Kind.TAG, {"tag": form.cleaned_data["tag"]}, Asked(ids=ids), len(ids))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "people:list")


def _back(asked: QueryDict, page: Any, text: str) -> str:
    """In what a search found the mark of the page before is a place in it."""
    return _address(asked, after=page.before, before="") if text and page.before else ""


def _address(asked: QueryDict, **changes: str) -> str:
    """The address of the list with these parts changed, empty ones left out; without a mark it begins at the top."""
    query = _query(asked, **changes)
    return f"{reverse('people:list')}?{query}" if query else reverse("people:list")


def _query(asked: QueryDict, **changes: str) -> str:
    parts = {key: value for key, value in asked.items() if value and key not in {"after", "before"}} | changes
    return urlencode({key: value for key, value in parts.items() if value})
