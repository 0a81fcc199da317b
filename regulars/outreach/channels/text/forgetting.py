"""When somebody is erased: their numbers are texted no more, and what was tried out on them goes."""

from __future__ import annotations

from django.db import transaction

from regulars.outreach.channels.text.adapters import sandbox
from regulars.outreach.models import Channel, Suppression, TextMessage
from regulars.outreach.services.suppressing import suppress
from regulars.people.models import Phone


def forget_texts(person_id: int) -> None:
    """Keep only the keyed hash of each number, so that it outlives the erasure; after the commit the files go."""
    for number in Phone.objects.filter(person_id=person_id).exclude(e164="").values_list("e164", flat=True):
        suppress(number, Suppression.Reason.LEFT, channel=Channel.TEXT, source="erased")
    keys = list(TextMessage.objects.filter(touch__person_id=person_id).values_list("key", flat=True))
    if keys:
        transaction.on_commit(lambda: sandbox.forget(keys))
