"""What this room shows on the person page: what we sent, and what is planned."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit.panels import Panel
from regulars.outreach.models import State
from regulars.outreach.queries.outbox import touches_of
from regulars.outreach.showing import shown_lines
from regulars.people.models import Person
from regulars.staff.permissions import may

SHOWN = 8


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """One panel, one query."""
    if not may(request.user, "outreach.see"):
        return []
    reach = [Panel(58, "side", "outreach/_reach_panel.html", {"person": person})] if _may_reach(request, person) else []
    rows = touches_of(person.pk).exclude(state__in=(State.WITHHELD, State.EXPIRED)).defer("body")
    found = list(rows.select_related("person")[: SHOWN + 1])
    if not found:
        return reach
    lines = shown_lines(found[:SHOWN], may_approve=may(request.user, "outreach.approve"))
    return [
        *reach,
        Panel(60, "side", "outreach/_panel.html", {"lines": lines, "has_more": len(found) > SHOWN, "person": person}),
    ]


def _may_reach(request: HttpRequest, person: Person) -> bool:
    return may(request.user, "outreach.record") and person.is_here and not person.is_bucket
