"""A thank-you by text that comes while many texts go out is among the next ones, as with letters."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.channels.text.claiming import MOST, Taken, chosen, due_texts, give_back, line_of, parts_of, take
from regulars.outreach.models import TextAccount, Touch
from regulars.outreach.services.claiming import hold_the_claim
from regulars.outreach.services.tidying import release_urgent
from regulars.outreach.services.turns import BULK_BELOW, is_urgent_due

OVERTAKE_SECONDS = 0.5


def overtake(
    account: TextAccount, line: Sequence[Touch], taken: Taken, *, worker: str, lease_seconds: float
) -> tuple[list[Touch], Taken]:
    """Put due texts that cannot wait before those in this line that can; returns the line as it stands then.

    They take the place of as many parts of those that can wait, in the pace and in the day's texts: the last of the
    line go back into the ledger, and nothing more leaves than was booked.
    """
    slow = [row for row in line if row.priority < BULK_BELOW]
    if not slow:
        return list(line), taken
    release_urgent()
    if not is_urgent_due(clock.now(), line_of(account)):
        return list(line), taken
    with transaction.atomic():
        hold_the_claim()
        held = TextAccount.objects.select_for_update().get(pk=account.pk)
        now, room = clock.now(), _parts(slow, taken)
        turns = due_texts(held, now, MOST, for_bulk=0)
        ids = chosen(turns, parts_of(turns), len(slow), room)
        rows, messages = take(ids, held, worker=worker, lease_seconds=lease_seconds, now=now)
        taken = taken.with_messages(messages)
        out = _behind(slow, _parts(rows, taken), taken)
        why = _("It made room for a text that cannot wait.") if out else ""
        give_back(out, worker=worker, why=why)
    urgent = [row for row in line if row.priority >= BULK_BELOW]
    return [*urgent, *rows, *slow[: len(slow) - len(out)]], taken


def _parts(rows: Sequence[Touch], taken: Taken) -> int:
    return sum(taken.messages[row.pk].segments for row in rows)


def _behind(slow: Sequence[Touch], parts: int, taken: Taken) -> list[Touch]:
    """The last of the line that together are as many parts."""
    out: list[Touch] = []
    for row in reversed(slow):
        if parts <= 0:
            break
        out.append(row)
        parts -= taken.messages[row.pk].segments
    return out
