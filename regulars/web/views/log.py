"""The log: who saw, changed, exported or erased what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regulars.people.models import Person
from regulars.staff import queries
from regulars.staff.doors import requires
from regulars.web.log_words import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from regulars.staff.models import AuditEntry


@dataclass(frozen=True)
class LogLine:
    """One line as it is read."""

    entry: AuditEntry
    words: str
    person_name: str


@requires("audit.see")
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show one page of the log, of everybody or of one colleague or one person."""
    user_id, person_id, before = (_number(request.GET.get(word, "")) for word in ("user", "person", "before"))
    page = queries.log_page(user_id=user_id, person_id=person_id, before=before)
    kept = {word: number for word, number in (("user", user_id), ("person", person_id)) if number is not None}
    lines = _lines(page.entries)
    context = {
        "lines": lines,
        "colleagues": queries.colleagues(),
        "user_id": user_id,
        "person_id": person_id,
        "person_name": next((line.person_name for line in lines), ""),
        "next_url": f"{reverse('web:log')}?{urlencode({**kept, 'before': page.older_than})}" if page.older_than else "",
    }
    return render(request, "web/settings/log.html", context)


def _lines(entries: Sequence[AuditEntry]) -> list[LogLine]:
    ids = {entry.person_id for entry in entries if entry.person_id}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    return [LogLine(entry, sentence(entry.action), names.get(entry.person_id or 0, "")) for entry in entries]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
