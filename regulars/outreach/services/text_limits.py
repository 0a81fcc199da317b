"""A text longer than all that may go out in an hour or a day never goes: said before the yes, and it ends with that."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.outreach.channels.text.segments import measure
from regulars.outreach.models import PRIORITY, Channel, Purpose, State, TextAccount, Touch
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services.allowance import NO_LIMIT, room_under

LOOKED_AT = 2000


def most_parts(account: TextAccount | None, *, is_bulk: bool) -> int:
    """As many parts as one text may have at all; of what can wait fewer, as a part is kept from it."""
    if account is None:
        return NO_LIMIT
    most, for_bulk = room_under(account.per_hour, account.per_day, lambda span: 0)
    return for_bulk if is_bulk else most


def too_long_why(parts: int, account: TextAccount | None, *, is_bulk: bool) -> str:
    """Say why a text of so many parts never goes, or nothing where it can."""
    most = most_parts(account, is_bulk=is_bulk)
    if parts <= most:
        return ""
    words = _(
        "This text counts as %(parts)s messages, and your limit of texts never lets out more than %(most)s in one go. "
        "Shorten it, or raise the limit under Text messages."
    )
    return words % {"parts": formats.number_format(parts), "most": formats.number_format(most)}


def account_with_limit() -> TextAccount | None:
    """The provider in use, if only so many parts may go out. One query."""
    rows = TextAccount.objects.filter(is_active=True).only("per_hour", "per_day")
    account = rows.first()
    return account if account and most_parts(account, is_bulk=False) < NO_LIMIT else None


def too_long_among(touches: Iterable[Touch], *, is_bulk: bool) -> dict[int, str]:
    """Those of these that are texts no hour or no day has room for, each with the reason. One query where texts are.

    `is_bulk`: so many at once that they wait behind others.
    """
    texts = [touch for touch in touches if touch.channel == Channel.TEXT]
    account = account_with_limit() if texts else None
    if account is None:
        return {}
    found = {}
    for touch in texts:
        waits = is_bulk or touch.priority < PRIORITY[Purpose.CARE]
        if why := too_long_why(measure(touch.body).segments, account, is_bulk=waits):
            found[touch.pk] = why
    return found


def too_long_waiting(account: TextAccount | None) -> int:
    """How many of the texts that wait would never go. One query where there is a limit; of very many the first."""
    if account is None or most_parts(account, is_bulk=False) == NO_LIMIT:
        return 0
    waiting = Touch.objects.filter(in_state(State.PLANNED, State.APPROVED, State.HELD), channel=Channel.TEXT)
    rows = waiting.only("channel", "body", "priority").order_by("pk")[:LOOKED_AT]
    return len(too_long_among(rows, is_bulk=False))
