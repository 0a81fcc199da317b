"""Let due letters go: claimed in batches, `sending` on the disk before the first byte, one in flight a connection.

One thread talks to the database and writes a whole round at once (what came back, what goes next); the others only talk
to the mail server. So a crash leaves at most one letter a connection of which nobody knows whether it arrived.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

from django.db import OperationalError, transaction

from regulars.kit import clock, database, effects
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.kit.worker import poller, stop_requested, worker_name
from regulars.outreach.channels.email.envelopes import Envelope, Stationery
from regulars.outreach.channels.email.journal import ABOUT_TO_BEGIN, Journal
from regulars.outreach.channels.email.smtp import Result
from regulars.outreach.channels.email.switchboard import Switchboard
from regulars.outreach.models import SendingAccount, State, Touch
from regulars.outreach.services import allowance, claiming
from regulars.outreach.services.expiring import is_too_late, put_away_claimed
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.programme_states import standing
from regulars.outreach.services.recording import record
from regulars.outreach.services.resting import active_account, rest
from regulars.outreach.services.tidying import tidy

log = logging.getLogger("regulars.outreach")

LEASE_SECONDS = 120.0
RUN_SECONDS = 3.0
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
    return moved + _send_batch(account, limit, lease_seconds, run_seconds, worker or this_worker())


def is_stopped() -> bool:
    """Asked of the database at the moment of sending, never of a kept copy."""
    return bool(Business.objects.filter(pk=1, is_sending_stopped=True).exists())


def _send_batch(
    account: SendingAccount | None, limit: int, lease_seconds: float, run_seconds: float, worker: str
) -> int:
    try:
        board = Switchboard.of(account)
    except Refusal as refusal:
        # The stored password was closed under another key: nothing can leave until it is entered again.
        if account is not None:
            rest(account, Result("account", "connecting", 0, refusal.sentence))
        return 0
    limit = min(limit, board.fitting_batch(account.connections if account else 1))
    grant = allowance.take(account.pk, limit, within_seconds=run_seconds) if account else None
    if grant is not None and not grant.count:
        return 0
    rows = claiming.claim_letters(
        grant.count if grant else limit,
        worker=worker,
        lease_seconds=lease_seconds,
        account=account,
        for_bulk=grant.for_bulk if grant else None,
    )
    run = _Run(account, worker, lease_seconds, run_seconds, grant, board)
    try:
        return run.send(rows)
    finally:
        if account is not None and grant is not None:
            allowance.give_back(account.pk, grant, grant.count - run.started)


class _Run:
    """One batch on its way."""

    def __init__(
        self,
        account: SendingAccount | None,
        worker: str,
        lease_seconds: float,
        run_seconds: float,
        grant: allowance.Grant | None,
        board: Switchboard,
    ) -> None:
        self.account, self.worker, self.lease_seconds, self.grant = account, worker, lease_seconds, grant
        self.board = board
        self.lanes = max(1, account.connections) if account else 1
        self.ends_at = time.monotonic() + run_seconds
        self.renewed_at = time.monotonic()
        self.started = self.settled = 0
        self.waiting: deque[Touch] = deque()
        self.envelopes: dict[int, Envelope] = {}
        self.unfit: dict[int, str] = {}
        self.stationery: Stationery | None = None
        self.in_flight: dict[Future[Result], Touch] = {}
        self.is_closing = False

    def send(self, rows: Sequence[Touch]) -> int:
        if not rows:
            return 0
        self.stationery = Stationery(rows, self.account)
        self.waiting = deque(rows)
        journal = Journal(self.worker)
        try:
            with ThreadPoolExecutor(self.lanes, thread_name_prefix="letters") as lanes:
                while self.waiting or self.in_flight:
                    self._round(lanes, journal)
        except BaseException:
            journal.leave()
            raise
        journal.close()
        self.board.close_idle()
        self.board.letters_last_run = self.settled
        return self.settled

    def _round(self, lanes: ThreadPoolExecutor, journal: Journal) -> None:
        finished = [future for future in self.in_flight if future.done()]
        results = {self.in_flight[future].pk: future.result() for future in finished}
        done = [self.in_flight.pop(future) for future in finished]
        self.is_closing = self.is_closing or self._must_close(results)
        chosen = self._next()
        for row in chosen:
            # Before the ledger says so: of every letter that is `sending` there the journal knows how far it got.
            with contextlib.suppress(OSError):
                journal.note(row.pk, ABOUT_TO_BEGIN)
        started = self._write(done, results, chosen)
        for row in started:
            envelope = self.envelopes.pop(row.pk)
            self.in_flight[lanes.submit(self.board.deliver, envelope, journal)] = row
        self._pause()

    def _must_close(self, results: dict[int, Result]) -> bool:
        fault = next((result for result in results.values() if result.kind == "account" or result.closes), None)
        if fault is not None and self.account is not None:
            rest(self.account, fault)
        return fault is not None or time.monotonic() > self.ends_at or stop_requested()

    def _next(self) -> list[Touch]:
        """Choose what may start in this round: one a free connection, not before its moment."""
        if self.is_closing:
            return []
        chosen: list[Touch] = []
        while self.waiting and len(self.in_flight) + len(chosen) < self.lanes and self._is_its_moment(len(chosen)):
            row = self.waiting.popleft()
            if self._written(row):
                chosen.append(row)
        return chosen

    def _written(self, row: Touch) -> bool:
        """Put the letter into its envelope; one that cannot be a letter is noted with the reason."""
        assert self.stationery is not None
        try:
            self.envelopes[row.pk] = self.stationery.envelope(row)
        except Refusal as refusal:
            self.unfit[row.pk] = refusal.sentence
        return row.pk in self.envelopes

    def _is_its_moment(self, ahead: int) -> bool:
        return self.grant is None or self.grant.moment(self.started + ahead) <= clock.now()

    def _write(self, done: Sequence[Touch], results: dict[int, Result], chosen: list[Touch]) -> list[Touch]:
        """One transaction, on the disk before it returns: what came back, and what is about to leave."""
        left = list(self.waiting) if self.is_closing else []
        if not (done or chosen or left or self.unfit):
            return []
        for attempt in range(5):
            try:
                with database.full_sync(), transaction.atomic():
                    record(done, results)
                    begun = self._begin(chosen)
                    claiming.give_back(left, worker=self.worker)
                    self._set_unfit_aside()
                break
            except OperationalError:
                if attempt == 4:
                    raise
                log.warning("The ledger could not be written; trying again.", exc_info=True)
                time.sleep(0.2 * 2**attempt)
        self.settled += len(done) + len(self.unfit)
        self.unfit.clear()
        self.started += len(begun)
        if self.is_closing:
            self.waiting.clear()
        return [row for row in chosen if row.pk in begun]

    def _begin(self, chosen: Sequence[Touch]) -> dict[int, str]:
        """Mark as sending; what was stopped, withdrawn or taken over meanwhile does not begin."""
        if not chosen:
            return {}
        if is_stopped():
            claiming.give_back(chosen, worker=self.worker)
            self.is_closing = True
            return {}
        still, now = standing(), clock.now()
        claiming.give_back([row for row in chosen if row.programme in still], worker=self.worker)
        put_away_claimed([row for row in chosen if is_too_late(row, now)])
        fields: dict[str, Any] = {"lease_until": now + timedelta(seconds=self.lease_seconds)}
        ids = [row.pk for row in chosen if row.programme not in still and not is_too_late(row, now)]
        return move(ids, State.SENDING, only_from=(State.CLAIMED,), held_by=self.worker, **fields)

    def _pause(self) -> None:
        """Wait for a letter to come back, or for the next one's moment; keep the leases alive."""
        if time.monotonic() - self.renewed_at > self.lease_seconds / 3:
            claiming.renew(
                [*self.waiting, *self.in_flight.values()], worker=self.worker, lease_seconds=self.lease_seconds
            )
            self.renewed_at = time.monotonic()
        if self.in_flight:
            wait(self.in_flight, timeout=0.05 if self.waiting else 1.0, return_when=FIRST_COMPLETED)
        elif self.waiting:
            time.sleep(0.02)

    def _set_unfit_aside(self) -> None:
        for pk, why in self.unfit.items():
            move([pk], State.FAILED, why=why, only_from=(State.CLAIMED,), **FREE)
