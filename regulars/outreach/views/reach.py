"""Who may we write to? How many, by which way, and why the others not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.models import Channel, Purpose
from regulars.outreach.queries.who import reach
from regulars.outreach.services.resting import active_account
from regulars.outreach.showing_reach import growth_drawn, how_taken, waiting_said, ways_drawn
from regulars.staff.doors import requires


@requires("outreach.see")
@require_safe
def reach_page(request: HttpRequest) -> HttpResponse:
    found = reach()
    context = {
        "found": found,
        "care": ways_drawn(found, Purpose.CARE) if found.people else None,
        "offers": ways_drawn(found, Purpose.MARKETING) if found.people else None,
        "growth": growth_drawn(found),
        "taken": how_taken(found),
        "waiting": waiting_said(
            found.waiting,
            has_mailbox=Channel.EMAIL not in found.waiting or active_account() is not None,
            has_texts=Channel.TEXT not in found.waiting or active_text_account() is not None,
        ),
    }
    return render(request, "outreach/reach.html", context)
