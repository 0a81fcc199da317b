"""The log: who saw, changed, exported or erased what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regulars.kit.numbers import row_number
from regulars.people.models import Person
from regulars.staff import queries
from regulars.staff.doors import requires
from regulars.web.log_words import KINDS, actions_of, field_label, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from regulars.staff.models import AuditEntry


@dataclass(frozen=True)
class LogLine:
    """One line as it is read; `changes` are label, before, after."""

    entry: AuditEntry
    words: str
    person_name: str
    text: str
    changes: list[tuple[str, str, str]]


@requires("audit.see")
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show one page of the log, of everybody or of one colleague, one person, one kind, one day."""
    user_id, person_id, before = (row_number(request.GET.get(word, "")) for word in ("user", "person", "before"))
    kind, on = request.GET.get("kind", ""), _day(request.GET.get("day", ""))
    page = queries.log_page(user_id=user_id, person_id=person_id, before=before, actions=actions_of(kind), on=on)
    asked = {"user": user_id, "person": person_id, "kind": kind if kind in KINDS else None, "day": on}
    kept = {word: value for word, value in asked.items() if value is not None}
    lines = _lines(page.entries)
    context = {
        "lines": lines,
        "colleagues": queries.colleagues(),
        "kinds": [(key, label) for key, (label, _actions) in KINDS.items()],
        **asked,
        "user_id": user_id,
        "person_id": person_id,
        "is_narrowed": bool(kept),
        "person_name": next((line.person_name for line in lines if line.entry.person_id == person_id), ""),
        "next_url": f"{reverse('web:log')}?{urlencode({**kept, 'before': page.older_than})}" if page.older_than else "",
    }
    return render(request, "web/settings/log.html", context)


def _lines(entries: Sequence[AuditEntry]) -> list[LogLine]:
    ids = {entry.person_id for entry in entries if entry.person_id}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    return [
        LogLine(entry, sentence(entry.action), names.get(entry.person_id or 0, ""), _text(entry), _changes(entry))
        for entry in entries
    ]


def _text(entry: AuditEntry) -> str:
    """The words beside the verb; names of fields become what the pages call them."""
    if entry.action not in ("change", "change_settings"):
        return entry.text
    return ", ".join(field_label(name) for name in entry.text.split(", ") if name)


def _changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Without numbers of rows, which say nothing to a reader."""
    told = [(name, str(before), str(after)) for name, before, after in entry.changes or ()]
    return [(field_label(name), before, after) for name, before, after in told if not name.endswith("_id")]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
