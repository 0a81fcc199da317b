"""A counted link: it leads where its letter said, at once, and to nowhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.outreach.channels.email.links import link_behind
from regulars.outreach.channels.email.scanners import is_a_program
from regulars.outreach.queries.following import may_count
from regulars.outreach.services.following import note_followed
from regulars.staff.doors import open_to_everyone


@open_to_everyone
@never_cache
@require_safe
def follow(request: HttpRequest, mark: str) -> HttpResponse:
    """Lead on. Writes nothing to the book and leaves no cookie; a program's looking is not even noted."""
    target = request.GET.get("to", "")
    link = link_behind(mark, target)
    if link is None:
        return render(request, "outreach/link_unknown.html", status=404)
    if request.method == "GET" and may_count() and not is_a_program(request.headers):
        note_followed(link)
    reply = HttpResponseRedirect(target)
    reply["X-Robots-Tag"] = "noindex, nofollow"
    reply["Referrer-Policy"] = "no-referrer"
    return reply
