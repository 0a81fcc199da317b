"""What time does to the ledger: holds end, touches grow too late, and what a dead worker left is looked at."""

from __future__ import annotations

import re
import socket
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.standing_by import alone
from regulars.outreach.channels.email import journal
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.channels.email.local_outbox import is_local, name_for, path_of
from regulars.outreach.models import State, Touch
from regulars.outreach.queries.literals import Number, in_state
from regulars.outreach.services.approving import release_batches
from regulars.outreach.services.changing import release
from regulars.outreach.services.expiring import expire
from regulars.outreach.services.moves import CHUNK, FREE, move
from regulars.outreach.services.programmes import TIDY_SECONDS, settle_programmes
from regulars.outreach.services.recording import record_sent
from regulars.outreach.services.turns import BULK_BELOW

LONGEST_LEASE = timedelta(minutes=10)
WORKER_NAME = re.compile(r"(.+)-\d+-[0-9a-f]{8}")


def tidy() -> int:
    """Do all of it, a chunk at a time; returns how many touches moved."""
    moved = recover() + expire() + release_due()
    # Half a million rows are put away or let go for minutes: by one worker, in short turns, while the others send.
    with alone("many-letters") as is_ours:
        return moved + (settle_programmes(TIDY_SECONDS) + release_batches() if is_ours else 0)


def release_due() -> int:
    """Let go what was held until now."""
    rows = Touch.objects.filter(in_state(State.HELD), held_until__lte=clock.now()).order_by("held_until")
    ids = list(rows.values_list("pk", flat=True)[:CHUNK])
    return release(ids) if ids else 0


def release_urgent() -> int:
    """Let go what cannot wait and was held until now: a look into a small index, so that it may be asked in a run."""
    rows = Touch.objects.filter(in_state(State.HELD), priority__gte=Number(BULK_BELOW), held_until__lte=clock.now())
    ids = list(rows.order_by("held_until").values_list("pk", flat=True)[:CHUNK])
    return release(ids) if ids else 0


def recover() -> int:
    """Look at what dead workers left: a claimed letter has not begun and goes back; one that had begun is looked at."""
    now = clock.now()
    leased = Touch.objects.filter(in_state(State.CLAIMED, State.SENDING)).order_by("lease_until")
    # A lease that ends later than any can was given before the clock went back.
    rows = [*leased.filter(lease_until__lt=now)[:CHUNK], *leased.filter(lease_until__gt=now + LONGEST_LEASE)[:CHUNK]]
    claimed = [row.pk for row in rows if row.state == State.CLAIMED]
    why = _("The worker stopped before this letter began.")
    moved = len(move(claimed, State.APPROVED, why=why, only_from=(State.CLAIMED,), **FREE)) if claimed else 0
    for row in rows:
        if row.state == State.SENDING and not _is_for_its_own_machine(row, now):
            moved += _look_at(row)
    _sweep_journals()
    return moved


def _is_for_its_own_machine(row: Touch, now: datetime) -> bool:
    """The journal lies where the worker ran: somebody there may know more, and is given some minutes to say so."""
    named = WORKER_NAME.fullmatch(row.leased_by)
    is_away = named is not None and named[1] != socket.gethostname()[:40]
    return is_away and bool(row.lease_until and row.lease_until > now - LONGEST_LEASE)


def _sweep_journals() -> None:
    """Clear away the journals of workers that died, once their letters are settled."""
    if journal.leftovers():
        under_way = Touch.objects.filter(in_state(State.CLAIMED, State.SENDING), lease_until__isnull=False)
        journal.sweep(set(under_way.values_list("leased_by", flat=True).distinct()))


@transaction.atomic
def _look_at(row: Touch) -> int:
    """Settle what can be proved: a local file is there or not; a server got nothing. Everything else is for the owner.

    `held_by` is the dead worker: somebody else may have settled this letter and begun it anew since it was read.
    """
    back: dict[str, Any] = {"only_from": (State.SENDING,), "held_by": row.leased_by, **FREE}
    if is_local(row):
        if path_of(name_for(row)).exists():
            return record_sent([row], {})
        return len(move([row.pk], State.APPROVED, why=_("The worker stopped before the file was written."), **back))
    stage = journal.last_stages(row.leased_by, [row.pk]).get(row.pk, "")
    if (answer := journal.accepted(stage)) is not None:
        return _was_accepted(row, *answer)
    evidence = {**row.evidence, "stage": stage, "worker": row.leased_by, "found_at": clock.now().isoformat()}
    if stage in journal.NOTHING_HANDED_OVER:
        with journal.trusted(row.leased_by) as is_proved:
            # Read again: a worker that was only slow may have gone on until it died a moment ago.
            stage = journal.last_stages(row.leased_by, [row.pk]).get(row.pk, "")
            if (answer := journal.accepted(stage)) is not None:
                return _was_accepted(row, *answer)
            if is_proved and stage in journal.NOTHING_HANDED_OVER:
                why = _("The worker stopped before anything of this letter was handed over.")
                return len(move([row.pk], State.APPROVED, why=why, evidence=evidence, **back))
    why = _("The worker stopped while this letter was on its way.")
    return len(move([row.pk], State.UNKNOWN, why=why, evidence={**evidence, "stage": stage}, **back))


def _was_accepted(row: Touch, code: int, provider_id: str, said: str) -> int:
    """The worker died between the server's good answer and the ledger: the journal has the answer."""
    still = Touch.objects.filter(pk=row.pk, state=State.SENDING, leased_by=row.leased_by)
    if not still.select_for_update(of=("self",)).exists():
        return 0
    Touch.objects.filter(pk=row.pk).update(evidence={**row.evidence, "proof": "journal", "worker": row.leased_by})
    return record_sent([row], {row.pk: Result("sent", "answered", code, said, provider_id)})
