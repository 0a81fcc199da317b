"""STOP and START by text: they count for the number they came from, whoever has it, and for texts only."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.outreach.events import PersonLeft
from regulars.outreach.models import OPEN, Channel, Purpose, Suppression, Touch
from regulars.outreach.models.states import State
from regulars.outreach.queries.permission_reads import address_hash
from regulars.outreach.services.leaving import EVERYTHING, WITHDRAWN
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.suppressing import suppress, unsuppress
from regulars.outreach.services.telling import tell_they_left
from regulars.people.models import Phone
from regulars.people.services import record_consent, withdraw_consent

LEFT = Suppression.Reason.LEFT


def owners_of(number: str) -> list[int]:
    """Who has this number (in its full form), the one it identifies first. One query, by index."""
    rows = Phone.objects.filter(e164=number, person__merged_into_id=None, person__erased_at=None) if number else ()
    return list(dict.fromkeys(row.person_id for row in sorted(rows, key=lambda row: (not row.is_key, row.pk))))[:20]


def has_left(number: str) -> bool:
    """Did they say STOP and not come back? One query."""
    rows = Suppression.objects.filter(channel=Channel.TEXT, address_hash=address_hash(number), undone_at=None)
    return rows.filter(reason=LEFT).exists()


@transaction.atomic
def leave_by_number(number: str, *, source: str, wording: str = "") -> bool:
    """Text this number no more, but what is strictly about a purchase; False if they had left already."""
    is_new = not has_left(number)
    suppress(number, LEFT, channel=Channel.TEXT, scope=EVERYTHING, source=source)
    for person_id in owners_of(number):
        for purpose in WITHDRAWN[EVERYTHING]:
            withdraw_consent([person_id], "text", purpose, source=source[:60], wording=wording, at=clock.now())
        rows = Touch.objects.filter(person_id=person_id, channel=Channel.TEXT, state__in=OPEN)
        ids = list(rows.exclude(purpose=Purpose.SERVICE).values_list("pk", flat=True))
        move(ids, State.SUPPRESSED, why=_("Asked not to be written to."), only_from=OPEN, **FREE)
        bulletin.post(PersonLeft(person_id, EVERYTHING))
    if is_new:
        tell_they_left(owners_of(number), Channel.TEXT, has_left_wholly=True)
    return is_new


@transaction.atomic
def come_back_by_number(number: str, *, source: str, wording: str = "") -> bool:
    """They want texts again, said by themselves; False if they had never left."""
    if not unsuppress(number, by=None, reasons=(LEFT,), channel=Channel.TEXT):
        return False
    for person_id in owners_of(number):
        record_consent([person_id], "text", "care", source=source[:60], wording=wording, at=clock.now())
    return True
