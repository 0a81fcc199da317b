"""The watched folder: where it is, what lies in it, which kinds of file come again and how often."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.intake import queries, services
from regulars.intake.access import feed_seen
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.staff.doors import requires


@requires("intake.see")
@require_safe
def folder(request: HttpRequest) -> HttpResponse:
    """Show the folder. Two queries."""
    context = {
        "place": str(services.inbox()),
        "files": [path.name for path in services.waiting_files(settled_seconds=0)],
        "feeds": list(queries.feeds()),
        "arrivals": list(queries.recent_arrivals()),
        "rhythms": [(days, _words(days)) for days in services.RHYTHMS],
    }
    return render(request, "intake/inbox.html", context)


def _words(days: int) -> str:
    known = {0: _("never mind when"), 1: _("every day"), 7: _("every week"), 14: _("every two weeks"),
             31: _("every month"), 92: _("every quarter")}  # fmt: skip
    return known[days]


@requires("intake.run")
@require_POST
def looks(request: HttpRequest) -> HttpResponse:
    """Look into the folder now."""
    taken = services.look_into_inbox(settled_seconds=0)
    words = ngettext("%(n)d new file was taken up.", "%(n)d new files were taken up.", taken) % {"n": taken}
    messages.success(request, words if taken else _("There is nothing new in the folder."))
    return redirect_back(request, "intake:inbox")


@requires("intake.run")
@require_POST
def rhythm(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Say how often a kind of file should come."""
    feed, said = feed_seen(feed_id), request.POST.get("every_days", "")
    try:
        services.set_rhythm(feed, int(said) if said.isdecimal() and len(said) < 4 else -1)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect_back(request, "intake:inbox")
