"""Look at one letter as a spam filter would, before it leaves."""

from __future__ import annotations

from regulars.outreach.channels.email import spam
from regulars.outreach.channels.email.envelopes import NOWHERE, Stationery
from regulars.outreach.channels.email.letters import parts_of
from regulars.outreach.channels.email.wire import built
from regulars.outreach.models import Touch
from regulars.outreach.queries.reach import addresses_of
from regulars.outreach.services.resting import active_account


def look_as_a_filter(touch: Touch, run: spam.Runner | None = None) -> spam.Verdict:
    """Judge the letter as it would leave now; nothing is changed. Refuses what cannot be a letter."""
    touch.to_address = touch.to_address or addresses_of([touch.person_id]).get(touch.person_id, "") or NOWHERE
    touch.message_id = touch.message_id or f"<{touch.pk}.looked-at@outbox.invalid>"
    letter = Stationery([touch], active_account()).letter(touch)
    text, html = parts_of(letter)
    return spam.judged(built(letter), letter.subject, text, html, run or spam.found_runner())
