"""One statement by the owner for a batch of people, and taking it back."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_numbers
from regulars.people import services
from regulars.people.models import Person, PersonTag, Statement, Tag
from regulars.people.slip_forms import StatementForm
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

MOST = 500
SHOWN = 20


@requires("people.state")
@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: HttpRequest) -> HttpResponse:
    """Choose people, say how it is known, and keep one piece of evidence each. Seven queries to show."""
    if request.method != "POST":
        return _page(request, StatementForm())
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    chosen = row_numbers(request.POST.getlist("people"))[:MOST]
    key = request.POST.get("key", "")[:64] or secrets.token_hex(16)
    try:
        statement = services.state_consent(
            chosen,
            **form.cleaned_data,
            key=key,
            by=staff(request),
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _page(request, form, status=422)
    words = ngettext("Kept for %(n)d person.", "Kept for %(n)d people.", statement.count) % {"n": statement.count}
    messages.success(request, words)
    return redirect_back(request, "people:statements")


@requires("people.state")
@require_POST
def take_back(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Remove the evidence that rests on a statement."""
    count = services.take_statement_back(get_object_or_404(Statement, pk=statement_id), staff(request))
    words = ngettext("Taken back for %(n)d person.", "Taken back for %(n)d people.", count) % {"n": count}
    messages.success(request, words if count else _("That was taken back already."))
    return redirect_back(request, "people:statements")


def _page(request: HttpRequest, form: StatementForm, status: int = 200) -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    people, where = _chosen(said.get("tag", ""), said.get("source", ""), said.get("since", ""), said.get("until", ""))
    ticked = set(said.getlist("people")) if request.method == "POST" else None
    context = {
        "form": form,
        "people": [(person, ticked is None or str(person.pk) in ticked) for person in people],
        "where": where,
        "tags": list(Tag.objects.values_list("name", flat=True)[:200]),
        "tag": said.get("tag", ""),
        "statements": list(Statement.objects.order_by("-pk")[:SHOWN]),
        "key": request.POST.get("key") or secrets.token_hex(16),
        "most": MOST,
    }
    return render(request, "people/statements.html", context, status=status)


def _chosen(tag: str, source: str, since: str, until: str) -> tuple[list[Person], dict[str, str]]:
    """The people of a tag, or those who came in from one source within a stretch of time, by name; 500 at most."""
    rows: QuerySet[Person] = Person.objects.gradable()
    first, last = _moment(since), _moment(until)
    if tag:
        wearers = PersonTag.objects.filter(tag__word=services.tag_word(tag)).values("person_id")
        rows = rows.filter(pk__in=wearers)
    elif source and first and last:
        rows = rows.filter(source=source, added_at__gte=first, added_at__lte=last)
    else:
        return [], {}
    where = {"tag": tag} if tag else {"source": source, "since": since, "until": until}
    return list(rows.order_by("sort_name", "pk")[:MOST]), where


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
