"""Tell the person's timeline what left the house, in the owner's words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.labels import in_a_sentence
from regulars.outreach.channels.email.local_outbox import is_local
from regulars.outreach.models import Channel, Outcome, Touch
from regulars.people.services import NewEntry, write_timeline

ROOM = "outreach"
SENT = "sent"


def tell_timeline(touches: Sequence[Touch]) -> None:
    """Write one entry a touch; safe to repeat."""
    write_timeline(
        [
            NewEntry(
                person_id=touch.person_id,
                at=touch.sent_at or clock.now(),
                kind=SENT,
                room=ROOM,
                object_id=touch.pk,
                text=sentence(touch)[:500],
            )
            for touch in touches
        ]
    )


def sentence(touch: Touch) -> str:
    """Say in one line what happened."""
    if touch.channel == Channel.EMAIL:
        if is_local(touch):
            return _("Wrote “%(subject)s” (kept as a file, no mailbox is connected)") % {"subject": touch.subject}
        return _("Wrote “%(subject)s” by e-mail") % {"subject": touch.subject}
    if touch.channel == Channel.CALL:
        outcome = in_a_sentence(Outcome(touch.outcome).label) if touch.outcome else ""
        text = _("Called: %(outcome)s") % {"outcome": outcome}
        return f"{text}. {touch.note}" if touch.note else text
    label = Channel(touch.channel).label
    return f"{label}: {touch.subject or touch.note}" if touch.subject or touch.note else str(label)
