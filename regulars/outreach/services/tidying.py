"""What time does to the ledger: holds end, touches grow too late, and what a dead worker left is looked at."""

from __future__ import annotations

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.models import State, Touch
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services import journal
from regulars.outreach.services.approving import release_batches
from regulars.outreach.services.changing import release
from regulars.outreach.services.local_outbox import is_local, name_for, path_of
from regulars.outreach.services.moves import CHUNK, FREE, move
from regulars.outreach.services.recording import record_sent


def tidy() -> int:
    """Do all of it, a chunk at a time; returns how many touches moved."""
    return recover() + expire() + release_due() + release_batches()


def expire() -> int:
    """Let nothing leave that would come too late."""
    now = clock.now()
    waiting = (State.PLANNED, State.HELD, State.APPROVED)
    rows = Touch.objects.filter(in_state(*waiting), not_after__lte=now).order_by("not_after")
    moved = 0
    for pk, not_after, held_why in rows.values_list("pk", "not_after", "held_why")[:CHUNK]:
        day = formats.date_format(clock.local(not_after or now), "SHORT_DATETIME_FORMAT")
        why = _("It was to reach them by %(day)s.") % {"day": day}
        moved += len(move([pk], State.EXPIRED, why=f"{why} {held_why}".strip(), only_from=waiting))
    return moved


def release_due() -> int:
    """Let go what was held until now."""
    rows = Touch.objects.filter(in_state(State.HELD), held_until__lte=clock.now()).order_by("held_until")
    ids = list(rows.values_list("pk", flat=True)[:CHUNK])
    return release(ids) if ids else 0


def recover() -> int:
    """Look at what dead workers left: a claimed letter has not begun and goes back; one that had begun is not known."""
    now = clock.now()
    gone = Touch.objects.filter(in_state(State.CLAIMED, State.SENDING), lease_until__lt=now)
    rows = list(gone.order_by("lease_until")[:CHUNK])
    claimed = [row.pk for row in rows if row.state == State.CLAIMED]
    why = _("The worker stopped before this letter began.")
    moved = len(move(claimed, State.APPROVED, why=why, only_from=(State.CLAIMED,), **FREE)) if claimed else 0
    for row in rows:
        if row.state == State.SENDING:
            moved += _look_at(row)
    return moved


@transaction.atomic
def _look_at(row: Touch) -> int:
    """Settle what can be proved (a local file is there or not); everything else is for the owner."""
    if is_local(row):
        if path_of(name_for(row)).exists():
            return record_sent([row], {})
        why = _("The worker stopped before the file was written.")
        return len(move([row.pk], State.APPROVED, why=why, only_from=(State.SENDING,), **FREE))
    stage = journal.last_stages(row.leased_by, [row.pk]).get(row.pk, "")
    evidence = {**row.evidence, "stage": stage, "worker": row.leased_by, "found_at": clock.now().isoformat()}
    why = _("The worker stopped while this letter was on its way.")
    return len(move([row.pk], State.UNKNOWN, why=why, only_from=(State.SENDING,), evidence=evidence, **FREE))
