"""Let due letters go: claimed in batches, `sending` on the disk before the first byte, one in flight a connection.

One thread talks to the database and writes a whole round at once (what came back, what goes next); the others only talk
to the mail server. So a crash leaves at most one letter a connection of which nobody knows whether it arrived.
"""

from __future__ import annotations

import threading

from regulars.kit import clock, effects
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.kit.worker import poller, worker_name
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.channels.email.switchboard import Switchboard
from regulars.outreach.models import SendingAccount
from regulars.outreach.services import claiming
from regulars.outreach.services.resting import active_account, rest
from regulars.outreach.services.running import Run
from regulars.outreach.services.tidying import tidy

LEASE_SECONDS = 120.0
RUN_SECONDS = 5.0
BATCH = 200

_worker = threading.local()


def this_worker() -> str:
    """The name under which this thread's loop leases: no other has it, now or later."""
    if not hasattr(_worker, "name"):
        _worker.name = worker_name()
    return str(_worker.name)


@poller("outreach.send", seconds=1)
def send_due_letters() -> int:
    """What the worker calls every second."""
    return send_due()


def send_due(
    limit: int = BATCH, *, lease_seconds: float = LEASE_SECONDS, run_seconds: float = RUN_SECONDS, worker: str = ""
) -> int:
    """Tidy the ledger and send what is due; returns how many touches moved. Nothing leaves while all is stopped."""
    if effects.are_held():
        return 0
    moved = tidy()
    if is_stopped() or not claiming.is_anything_due():
        return moved
    account = active_account()
    if account is not None and account.resting_until and account.resting_until > clock.now():
        return moved
    try:
        return moved + _send(account, limit, lease_seconds, run_seconds, worker or this_worker())
    except BaseException:
        # What the journal under this name says is still needed: the next run writes under another.
        _worker.__dict__.pop("name", None)
        raise


def is_stopped() -> bool:
    """Asked of the database at the moment of sending, never of a kept copy."""
    return bool(Business.objects.filter(pk=1, is_sending_stopped=True).exists())


def _send(account: SendingAccount | None, limit: int, lease_seconds: float, run_seconds: float, worker: str) -> int:
    try:
        board = Switchboard.of(account)
    except Refusal as refusal:
        # The stored password was closed under another key: nothing can leave until it is entered again.
        if account is not None:
            rest(account, Result("account", "connecting", 0, refusal.sentence))
        return 0
    run = Run(account, board, worker=worker, lease_seconds=lease_seconds, run_seconds=run_seconds, batch=limit)
    return run.send()
