"""Let due texts go by the provider: claimed, `sending` on the disk before the call, each answer written for itself.

The same parts as with letters: the claim, the journal that outlives a killed worker, the moves. A time-out after the
last byte is `unknown` and waits for the owner, unless the provider sends a key only once or tells us of it later.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, database, effects
from regulars.kit.errors import Refusal
from regulars.kit.worker import poller, stop_requested
from regulars.outreach.channels.email.journal import ABOUT_TO_BEGIN, Journal
from regulars.outreach.channels.text import overtaking
from regulars.outreach.channels.text.accounts import active_text_account, callback_of, rest_texts
from regulars.outreach.channels.text.adapters import Adapter, Answer, Outgoing, adapter_of, sandbox
from regulars.outreach.channels.text.claiming import Taken, claim_texts, due_texts, give_back
from regulars.outreach.channels.text.receipts import hear_waiting
from regulars.outreach.channels.text.recording import record
from regulars.outreach.models import Channel, State, TextAccount, TextMessage, Touch
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services.lanes import Lanes
from regulars.outreach.services.moves import move
from regulars.outreach.services.programme_states import not_now
from regulars.outreach.services.recording import record_sent
from regulars.outreach.services.sending import is_stopped, this_worker

log = logging.getLogger("regulars.outreach")

LEASE_SECONDS = 180.0
RUN_SECONDS = 3.0
# How long a provider remembers a key, as far as one may rely on it.
KEY_HOLDS = timedelta(hours=12)


@poller("outreach.texts", seconds=1, is_beside=True)
def send_due_texts() -> int:
    """What the worker calls every second, beside its other work: no text waits for a run of letters."""
    return send_texts()


def send_texts(*, lease_seconds: float = LEASE_SECONDS, run_seconds: float = RUN_SECONDS, worker: str = "") -> int:
    """Hear what providers said, settle what can be proved, and send what is due; returns how many touches moved."""
    if effects.are_held():
        return 0
    account = active_text_account()
    if account is None:
        return 0
    moved = hear_waiting() + settle_provable(account)
    if is_stopped() or (account.resting_until and account.resting_until > clock.now()):
        return moved
    if not due_texts(account, clock.now(), 1):
        return moved
    try:
        adapter = adapter_of(account)
    except Refusal as refusal:
        rest_texts(account, refusal.sentence)
        return moved
    # A name of its own, so that its journal is not that of the letters.
    worker = worker or f"{this_worker()}-texts"
    taken = claim_texts(account.pk, worker=worker, lease_seconds=lease_seconds, within_seconds=run_seconds)
    return moved + (_Run(account, adapter, taken, worker, lease_seconds, run_seconds).send() if taken else 0)


class _Run:
    """Texts of one worker on their way, for some seconds: as many at once as the account has lanes.

    As with letters, a lane that is free takes the next one, however long the others wait for their answers.
    """

    def __init__(
        self, account: TextAccount, adapter: Adapter, taken: Taken, worker: str, lease_seconds: float,
        run_seconds: float,
    ) -> None:  # fmt: skip
        self.account, self.adapter, self.taken = account, adapter, taken
        self.worker, self.lease_seconds = worker, lease_seconds
        self.ends_at = time.monotonic() + run_seconds
        self.overtaken_at = time.monotonic()
        self.waiting = list(taken.rows)
        self.under_way: dict[int, Touch] = {}
        self.answers: dict[int, Answer] = {}
        self.started = 0  # in parts: the pace is theirs
        self.settled = 0
        self.is_closing = False

    def send(self) -> int:
        journal = Journal(self.worker)
        lanes = Lanes(self._carry(journal), max(1, self.account.lanes), "texts")
        try:
            while self.waiting or self.under_way:
                self._round(lanes, journal)
        except BaseException:
            lanes.close()
            journal.leave()
            raise
        lanes.close()
        journal.close()
        return self.settled

    def _round(self, lanes: Lanes[Touch, Answer], journal: Journal) -> None:
        self.answers |= lanes.back()
        self.is_closing = self._must_close() or self.is_closing
        self._let_overtake()
        chosen = [] if self.is_closing else self._next(lanes.free)
        for row in chosen:
            with contextlib.suppress(OSError):
                journal.note(row.pk, ABOUT_TO_BEGIN)
        for row in self._write(chosen):
            self.under_way[row.pk] = row
            self.started += self.taken.messages[row.pk].segments
            lanes.send(row)
        if self.under_way:
            self.answers |= lanes.back(timeout=0.05 if self.waiting else 1.0)
        elif self.waiting:
            time.sleep(0.02)

    def _must_close(self) -> bool:
        fault = next((answer for answer in self.answers.values() if answer.kind == "account"), None)
        if fault is not None:
            rest_texts(self.account, fault.said)
        return fault is not None or time.monotonic() > self.ends_at or stop_requested()

    def _let_overtake(self) -> None:
        """Every half second: what came meanwhile and cannot wait goes before what can."""
        if self.is_closing or not self.waiting:
            return
        if time.monotonic() - self.overtaken_at < overtaking.OVERTAKE_SECONDS:
            return
        self.waiting, self.taken = overtaking.overtake(
            self.account, self.waiting, self.taken, worker=self.worker, lease_seconds=self.lease_seconds
        )
        self.overtaken_at = time.monotonic()

    def _next(self, room: int) -> list[Touch]:
        """One a free lane, none before its moment: as many at once as a slow provider left behind the pace."""
        chosen: list[Touch] = []
        started = self.started
        for row in self.waiting[:room]:
            if self.taken.moment(started) > clock.now():
                break
            chosen.append(row)
            started += self.taken.messages[row.pk].segments
        self.waiting = self.waiting[len(chosen) :]
        return chosen

    def _write(self, chosen: Sequence[Touch]) -> list[Touch]:
        """One transaction, on the disk before it returns: what came back, and what is about to leave."""
        left = self.waiting if self.is_closing else []
        if not (self.answers or chosen or left):
            return []
        done = [self.under_way[pk] for pk in self.answers]
        with database.full_sync(), transaction.atomic():
            record(done, self.answers)
            begun = self._begin(chosen)
            give_back(left, worker=self.worker)
        self.settled += len(done)
        for pk in self.answers:
            del self.under_way[pk]
        self.answers.clear()
        if self.is_closing:
            self.waiting = []
        return [row for row in chosen if row.pk in begun]

    def _begin(self, rows: Sequence[Touch]) -> Collection[int]:
        """Mark as sending; what was stopped or paused meanwhile does not begin."""
        if not rows:
            return ()
        is_stopped, still = not_now()
        ready = [row for row in rows if not (is_stopped or row.programme in still)]
        give_back([row for row in rows if row not in ready], worker=self.worker)
        self.ends_at = 0.0 if is_stopped else self.ends_at
        fields: dict[str, Any] = {"lease_until": clock.now() + timedelta(seconds=self.lease_seconds)}
        ids = [row.pk for row in ready]
        return move(ids, State.SENDING, only_from=(State.CLAIMED,), held_by=self.worker, **fields)

    def _carry(self, journal: Journal) -> Callable[[Touch], tuple[int, Answer]]:
        """Return what a lane does with one text. Never raises for what a provider does."""

        def carry(row: Touch) -> tuple[int, Answer]:
            message = self.taken.messages[row.pk]
            text = Outgoing(
                message.key, row.to_address, self.account.sender, row.body, callback_of(self.account, message.key)
            )
            try:
                return row.pk, self.adapter.send(text, lambda stage: journal.note(row.pk, stage))
            except BaseException as fault:
                # Nobody foresaw this one, so nobody knows how far the text got: the owner decides.
                log.exception("A text broke off.")
                return row.pk, Answer("unknown", "answered", str(fault)[:300])

        return carry


def settle_provable(account: TextAccount) -> int:
    """Settle what a dead worker left where it can be proved: the file is there, or the provider knows the key."""
    since = clock.now() - KEY_HOLDS
    rows = Touch.objects.filter(in_state(State.UNKNOWN), channel=Channel.TEXT, changed_at__gt=since)
    known = TextMessage.objects.filter(touch__in=list(rows[:100])).select_related("touch", "account")
    moved = 0
    for message in known:
        if message.account_id != account.pk:
            continue
        if account.provider == TextAccount.Provider.SANDBOX and sandbox.was_written(message.key):
            TextMessage.objects.filter(pk=message.pk).update(
                status=TextMessage.Status.ACCEPTED, provider_id=message.key
            )
            moved += record_sent([message.touch], {})
        elif account.provider == TextAccount.Provider.SANDBOX or account.options.get("is_idempotent"):
            why = _("It is asked for again under the same key, which the provider sends only once.")
            moved += len(move([message.touch_id], State.APPROVED, why=why, only_from=(State.UNKNOWN,)))
    return moved
