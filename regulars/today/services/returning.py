"""A yes that is taken back: the letter waits for one again, and its line stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.today.lines import BY_KEY, Line
from regulars.today.models import Choice
from regulars.today.services.approving import new_touch
from regulars.today.services.counting import count_again
from regulars.today.services.deciding import line_of, open_again

if TYPE_CHECKING:
    from regulars.staff.models import User


def can_be_taken_back(key: str) -> bool:
    """Is this the line of a letter alone? Where a yes settled more than that, the outbox stops the letter."""
    known = BY_KEY.get(key.partition(":")[0])
    return known is not None and known.reached is None


@transaction.atomic
def take_back_line(key: str, by: User | None) -> Line:
    """Take back the yes to a letter that has not left. Refused once it is on its way; whoever clicks twice is told.

    The decision is opened under a condition, so that of two hands one takes it back.
    """
    kind = key.partition(":")[0]
    opened = open_again(key, (Choice.APPROVED,), by)
    if not opened or not can_be_taken_back(key):
        raise Refusal(_("There is nothing to take back here."))
    line = line_of(key)
    person_id, programme, occurrence, step = new_touch(line).key
    touch = Touch.objects.filter(person_id=person_id, programme=programme, occurrence=occurrence, step=step).first()
    if touch is None:
        raise Refusal(_("There is nothing to take back here."))
    outreach.take_back(touch, by)
    count_again({kind})
    return line
