"""Tell the person's timeline what left the house, in the owner's words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import in_our_language
from regulars.kit.labels import in_a_sentence
from regulars.outreach.channels.email.local_outbox import is_local
from regulars.outreach.models import Channel, Outcome, Touch
from regulars.people.models import Consent
from regulars.people.services import NewEntry, write_timeline

ROOM = "outreach"
SENT = "sent"
LEFT = "left"


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


def tell_they_left(person_ids: Sequence[int], channel: str, *, has_left_wholly: bool) -> None:
    """Write one entry for each "no" they gave; safe to repeat. Two queries, whatever their number."""
    said = Consent.objects.filter(person_id__in=person_ids, channel=channel, is_given=False)
    newest = said.values_list("person_id").annotate(Max("pk")).order_by()
    at = clock.now()
    with in_our_language():
        words = _left_in_words(channel, has_left_wholly)
    write_timeline([NewEntry(person_id, at, LEFT, ROOM, consent_id, words) for person_id, consent_id in newest])


def _left_in_words(channel: str, has_left_wholly: bool) -> str:
    if channel == Channel.TEXT:
        return _("Asked for no more text messages")
    return _("Asked for no more letters by e-mail") if has_left_wholly else _("Asked for no more offers by e-mail")


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
