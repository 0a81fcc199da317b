"""The front door, the three ways to begin, and the two pages that lead to every other room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from regulars.staff.doors import open_to_everyone, requires, who_knocks
from regulars.staff.permissions import may
from regulars.staff.queries import is_inhabited
from regulars.web.rooms import GROUPS, HOUSE, KNOW, WRITE, Room, rooms_for


@open_to_everyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first run while nobody lives here, to Today afterwards."""
    return redirect("today:today" if is_inhabited() else "web:first-run")


@requires("house.enter")
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Offer the three ways to begin: a file, names typed in, a look around."""
    return render(request, "web/begin.html")


@requires("outreach.see")
@require_safe
def write(request: HttpRequest) -> HttpResponse:
    """Every way of reaching people: to one of them, to many, on paper, by voice. The queries of the frame only."""
    context = {
        "groups": _groups(request, WRITE),
        "may_write": may(who_knocks(request), "outreach.approve"),
    }
    return render(request, "web/write.html", context)


@requires("house.enter")
@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Every room there is, with a sentence each. The queries of the frame only."""
    return render(request, "web/more.html", {"groups": _groups(request, KNOW, WRITE, HOUSE)})


def _groups(request: HttpRequest, *names: str) -> list[tuple[str, list[Room]]]:
    rooms = rooms_for(who_knocks(request), request.path)
    groups = [(str(GROUPS[name]), [room for room in rooms if room.group == name]) for name in names]
    return [(title, inside) for title, inside in groups if inside]
