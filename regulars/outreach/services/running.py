"""One run of letters: what came back and what goes next are written together, in one commit that is on the disk.

So of every letter on its way the ledger says `sending` before its first byte leaves, and a crash leaves at most one
letter a connection of which nobody knows. A ledger that cannot be written for a while (the disk is full, the database
restarts) is tried again: the letters on their way are on their way.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, transaction

from regulars.kit import clock, database
from regulars.kit.errors import Refusal
from regulars.kit.worker import stop_requested
from regulars.outreach.channels.email.carrying import Envelope, Result
from regulars.outreach.channels.email.journal import ABOUT_TO_BEGIN, Journal
from regulars.outreach.channels.email.switchboard import Switchboard
from regulars.outreach.models import SendingAccount, State, Touch
from regulars.outreach.services import claiming
from regulars.outreach.services.expiring import is_too_late, put_away_claimed
from regulars.outreach.services.lanes import Lanes
from regulars.outreach.services.moves import FREE, move, step
from regulars.outreach.services.programme_states import not_now
from regulars.outreach.services.recording import record
from regulars.outreach.services.resting import rest
from regulars.outreach.services.supply import Supply, Waiting
from regulars.outreach.services.tidying import release_urgent

log = logging.getLogger("regulars.outreach")

AWAY = (OperationalError, InterfaceError)
PATIENCE_SECONDS = 30.0
CLOCK_JUMP_SECONDS = 30.0
AT_FAULT = ("account", "here")
# How often a run looks for what came meanwhile and cannot wait.
OVERTAKE_SECONDS = 0.5
Answer = TypeVar("Answer")


class Run:
    """Letters of one worker on their way, for some seconds."""

    def __init__(
        self,
        account: SendingAccount | None,
        board: Switchboard,
        *,
        worker: str,
        lease_seconds: float,
        run_seconds: float,
        batch: int,
    ) -> None:
        self.account, self.board, self.worker, self.lease_seconds = account, board, worker, lease_seconds
        self.batch, self.begun_at = batch, time.monotonic()
        self.ends_at = self.begun_at + run_seconds
        self.supply = Supply(account, worker, lease_seconds, self.ends_at)
        self.lane_count = max(1, account.connections) if account else 1
        self.waiting: deque[Waiting] = deque()
        self.under_way: dict[int, Touch] = {}
        self.results: dict[int, Result] = {}
        self.unfit: dict[int, str] = {}
        self.renewed_at, self.clock_less_time = time.monotonic(), _clock_less_time()
        self.overtaken_at = self.begun_at
        self.settled = 0
        self.is_closing = False

    def send(self) -> int:
        """Send until the time is over or nothing is left; returns how many letters were settled."""
        self.waiting += self.supply.claim(min(self.batch, self.board.fitting_batch(self.lane_count)))
        if not self.waiting:
            return 0
        journal = Journal(self.worker)
        lanes = Lanes(self._carry(journal), self.lane_count, "letters")
        try:
            with database.full_sync():
                while self.waiting or self.under_way:
                    self._round(lanes, journal)
        except BaseException:
            lanes.close()
            journal.leave()
            raise
        lanes.close()
        journal.close()
        with contextlib.suppress(*AWAY):
            self.supply.close()
        self.board.close_idle()
        self.board.letters_last_run = self.settled
        return self.settled

    def _carry(self, journal: Journal) -> Callable[[Envelope], tuple[int, Result]]:
        """Return what a lane does with one letter."""

        def carry(envelope: Envelope) -> tuple[int, Result]:
            try:
                return envelope.touch_id, self.board.deliver(envelope, journal)
            except BaseException as fault:
                log.exception("A letter broke off.")
                return envelope.touch_id, Result("unknown", "answered", 0, str(fault)[:300])

        return carry

    def _round(self, lanes: Lanes[Envelope, Result], journal: Journal) -> None:
        self.results |= lanes.back()
        self.is_closing = self._must_close() or self.is_closing
        self._fetch()
        self._let_overtake()
        chosen = self._next(lanes.free)
        for letter, _envelope in chosen:
            # Before the ledger says so: of every letter that is `sending` there the journal knows how far it got.
            with contextlib.suppress(OSError):
                journal.note(letter.row.pk, ABOUT_TO_BEGIN)
        begun = self._write([letter for letter, _envelope in chosen])
        for letter, envelope in chosen:
            if letter.row.pk in begun:
                self.under_way[letter.row.pk] = letter.row
                self.supply.began(letter)
                lanes.send(envelope)
        self._pause(lanes)

    def _must_close(self) -> bool:
        fault = next((result for result in self.results.values() if result.kind in AT_FAULT or result.closes), None)
        if fault is not None and self.account is not None:
            account = self.account
            self._carefully(lambda: rest(account, fault))
        return fault is not None or time.monotonic() > self.ends_at or stop_requested()

    def _fetch(self) -> None:
        """Claim more while there is time, so that no connection waits for the end of a batch."""
        if self.is_closing or len(self.waiting) >= self.lane_count:
            return
        so_far = time.monotonic() - self.begun_at
        rate = (self.settled + len(self.results)) / so_far if so_far > 0 else 0
        most = min(self.batch, max(self.lane_count, int(rate * max(0.0, self.ends_at - time.monotonic()))))
        with self._ledger_may_be_away():
            self.waiting += self.supply.claim(most)

    def _let_overtake(self) -> None:
        """Put what came meanwhile and cannot wait before what can: a thank-you does not stand behind a mailing."""
        if self.is_closing or not self.waiting or time.monotonic() - self.overtaken_at < OVERTAKE_SECONDS:
            return
        with self._ledger_may_be_away():
            release_urgent()
            self.waiting = deque(self.supply.overtake(self.waiting))
        self.overtaken_at = time.monotonic()

    def _next(self, room: int) -> list[tuple[Waiting, Envelope]]:
        """Choose what may start in this round: one a free connection, not before its moment."""
        chosen: list[tuple[Waiting, Envelope]] = []
        while not self.is_closing and self.waiting and len(chosen) < room and self.waiting[0].is_due:
            letter = self.waiting.popleft()
            try:
                chosen.append((letter, letter.envelope()))
            except Refusal as refusal:
                # It cannot be a letter.
                self.unfit[letter.row.pk] = refusal.sentence
        return chosen

    def _write(self, chosen: Sequence[Waiting]) -> set[int]:
        """One transaction: what came back, and what is about to leave. Returns what begins."""
        left = [letter.row for letter in self.waiting] if self.is_closing else []
        if not (self.results or chosen or left or self.unfit):
            return set()
        done = [self.under_way[pk] for pk in self.results]
        rows = [letter.row for letter in chosen]
        begun = self._until_written(lambda is_repeated: self._entry(done, rows, left, is_repeated=is_repeated))
        self.settled += len(done) + len(self.unfit)
        for pk in self.results:
            del self.under_way[pk]
        self.results.clear()
        self.unfit.clear()
        if self.is_closing:
            self.waiting.clear()
        return begun

    def _entry(
        self, done: Sequence[Touch], rows: Sequence[Touch], left: Sequence[Touch], *, is_repeated: bool
    ) -> set[int]:
        record(done, self.results)
        begun = self._begin(rows, is_repeated=is_repeated)
        if left:
            claiming.give_back(left, worker=self.worker)
        for pk, why in self.unfit.items():
            move([pk], State.FAILED, why=why, only_from=(State.CLAIMED,), **FREE)
        return begun

    def _begin(self, rows: Sequence[Touch], *, is_repeated: bool) -> set[int]:
        """Mark as sending; what was stopped, withdrawn or taken over meanwhile does not begin."""
        if not rows:
            return set()
        is_stopped, still = not_now()
        now = clock.now()
        ready = [row for row in rows if not (is_stopped or row.programme in still or is_too_late(row, now))]
        if len(ready) < len(rows):
            put_away_claimed([row for row in rows if is_too_late(row, now)])
            claiming.give_back([row for row in rows if row not in ready], worker=self.worker)
        self.is_closing = self.is_closing or is_stopped
        ids = [row.pk for row in ready]
        lease: dict[str, Any] = {"lease_until": now + timedelta(seconds=self.lease_seconds)}
        begun = step(ids, State.CLAIMED, State.SENDING, held_by=self.worker, **lease)
        if is_repeated:
            # The commit that seemed to fail may have come about: then they are ours already, and not under way yet.
            ours = Touch.objects.filter(pk__in=ids, state=State.SENDING, leased_by=self.worker)
            begun |= set(ours.values_list("pk", flat=True))
        return begun

    def _pause(self, lanes: Lanes[Envelope, Result]) -> None:
        """Wait for a letter to come back, or for the next one's moment; keep the leases alive."""
        jumped = abs(_clock_less_time() - self.clock_less_time) > CLOCK_JUMP_SECONDS
        if jumped or time.monotonic() - self.renewed_at > self.lease_seconds / 3:
            rows = [*(letter.row for letter in self.waiting), *self.under_way.values()]
            self._carefully(lambda: claiming.renew(rows, worker=self.worker, lease_seconds=self.lease_seconds))
            self.renewed_at, self.clock_less_time = time.monotonic(), _clock_less_time()
        if self.under_way:
            self.results |= lanes.back(timeout=0.05 if self.waiting else min(1.0, self.lease_seconds / 4))
        elif self.waiting:
            time.sleep(0.02)

    def _until_written(self, entry: Callable[[bool], Answer]) -> Answer:
        """Write, and again while the database is away: what is on its way must find its way into the ledger."""
        gives_up_at, tries = time.monotonic() + PATIENCE_SECONDS, 0
        while True:
            try:
                with transaction.atomic():
                    return entry(tries > 0)
            except AWAY:
                if time.monotonic() > gives_up_at or database.connection().in_atomic_block:
                    raise
                log.warning("The ledger could not be written; trying again.", exc_info=True)
                _hang_up()
                time.sleep(min(2.0, 0.1 * 2**tries))
                tries += 1

    def _carefully(self, act: Callable[[], object]) -> None:
        with self._ledger_may_be_away():
            act()

    @contextlib.contextmanager
    def _ledger_may_be_away(self) -> Any:
        try:
            yield
        except AWAY:
            if database.connection().in_atomic_block:
                raise
            log.warning("The ledger is away.", exc_info=True)
            _hang_up()


def _hang_up() -> None:
    """Let go of a connection that broke, so that the next statement opens a new one. SQLite's cannot break."""
    if database.is_postgres():
        database.connection().close()


def _clock_less_time() -> float:
    return clock.now().timestamp() - time.monotonic()
