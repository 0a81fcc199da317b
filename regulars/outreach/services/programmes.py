"""Pause, go on with, finish or stop a whole programme, each with a look at what that will do.

The switch is one row, whatever the size: from the next letter on nothing of a paused or stopped programme leaves, and
what was claimed goes back. What is stopped with it is put away behind the switch, a little at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.kit import clock, database
from regulars.kit.errors import Refusal
from regulars.kit.waking import wake_after_commit
from regulars.outreach.models import Mailing, Programme, State, Touch
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services.moves import CHUNK, FREE, move
from regulars.outreach.services.programme_states import closed_why
from regulars.staff.models import User
from regulars.staff.services import note_audit

Run = Programme.Run
SETTLE_SECONDS, TIDY_SECONDS = 1.0, 0.3
FIFTEEN_DIGITS = Context(prec=15)
GONE = (State.SENT, State.DELIVERED)
NOT_YET = (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED)
ASKED_FOR = (State.HELD, State.APPROVED, State.CLAIMED)
# Which way leads where: a programme that was stopped can be taken up again, its stopped letters one by one.
WAYS: dict[str, frozenset[str]] = {
    Run.PAUSED: frozenset({Run.RUNNING}),
    Run.RUNNING: frozenset({Run.PAUSED, Run.DRAINING, Run.ENDED}),
    Run.DRAINING: frozenset({Run.RUNNING, Run.PAUSED}),
    Run.ENDED: frozenset({Run.RUNNING, Run.PAUSED, Run.DRAINING}),
}
VERBS: dict[str, str] = {"pause": Run.PAUSED, "resume": Run.RUNNING, "drain": Run.DRAINING, "cancel": Run.ENDED}


@dataclass(frozen=True)
class Account:
    """Where a programme stands: how many touches in which state, what is too late by now, minutes and cost of all."""

    programme: str
    run: str
    by_state: Mapping[str, int]
    by_channel: Mapping[str, int]
    too_late: int = 0
    asked_for: int = 0
    minutes: Decimal = Decimal(0)
    cost_amount: Decimal = Decimal(0)

    @property
    def whole_minutes(self) -> int:
        return round(self.minutes)

    @property
    def waiting(self) -> int:
        """What has not left yet."""
        return sum(self.by_state.get(state, 0) for state in NOT_YET)

    @property
    def leaving(self) -> int:
        return self.by_state.get(State.SENDING, 0)

    @property
    def gone(self) -> int:
        return sum(self.by_state.get(state, 0) for state in GONE)


@dataclass(frozen=True)
class Preview:
    """What a verb would do just now: how many go, wait, are stopped or are too late; `leaving` are beyond recall."""

    verb: str
    account: Account
    goes: int = 0
    waits: int = 0
    asks: int = 0
    stops: int = 0
    too_late: int = 0
    refusal: str = ""
    leaving: int = 0


def account_of(programme: str) -> Account:
    """Where a programme stands. Six queries, each from an index."""
    rows = _touches(programme)
    by_state: dict[str, int] = {}
    by_channel: dict[str, int] = {}
    for state, channel, n in rows.values_list("state", "channel").annotate(n=Count("pk")).order_by():
        by_state[state] = by_state.get(state, 0) + n
        by_channel[channel] = by_channel.get(channel, 0) + n
    late, unasked, minutes, cost = _counted(programme)
    asked_for = sum(by_state.get(state, 0) for state in ASKED_FOR) - unasked
    return Account(
        programme=programme,
        run=_run_of(programme),
        by_state=by_state,
        by_channel=by_channel,
        too_late=late,
        asked_for=asked_for,
        minutes=minutes,
        cost_amount=cost,
    )


# Each from a small index of its own, whatever the size of the programme; so that PostgreSQL and SQLite do so, the
# programme is not looked up by its name where few are too late.
_LATE = """
SELECT COUNT(*) FROM outreach_touch t WHERE t.state IN ('planned', 'held', 'approved') AND t.not_after IS NOT NULL
AND t.not_after <= %s AND t.programme || '' = %s
"""
_LATE_CLAIMED = """
SELECT COUNT(*) FROM outreach_touch t WHERE t.state IN ('claimed', 'sending') AND t.lease_until IS NOT NULL
AND t.state = 'claimed' AND t.not_after <= %s AND t.programme || '' = %s
"""
_UNASKED = "SELECT COUNT(*) FROM outreach_touch WHERE state = 'held' AND held_from = 'planned' AND programme = %s"
_SPENT = """
SELECT SUM(minutes), SUM(cost_amount) FROM outreach_touch
WHERE (minutes > '0' OR cost_amount > '0') AND programme = %s
"""


def _counted(programme: str) -> tuple[int, int, Decimal, Decimal]:
    """What is too late by now, what waits without a yes, and minutes and cost of all. Four queries."""
    link = database.connection()
    now = link.ops.adapt_datetimefield_value(clock.now())
    with link.cursor() as cursor:
        found: list[Any] = []
        for sql, asked in (
            (_LATE, [now, programme]),
            (_LATE_CLAIMED, [now, programme]),
            (_UNASKED, [programme]),
            (_SPENT, [programme]),
        ):
            cursor.execute(sql, asked)
            found += cursor.fetchone()
    late, late_claimed, unasked, minutes, cost = found
    return late + late_claimed, unasked, _amount(minutes), _amount(cost)


def _amount(total: Any) -> Decimal:
    """SQLite adds up in floating point."""
    return total if isinstance(total, Decimal) else FIFTEEN_DIGITS.create_decimal(total or 0)


def preview(programme: str, verb: str) -> Preview:
    """Say what this verb would do. Changes nothing; `refusal` says why it cannot be done."""
    account = account_of(programme)
    refusal = cannot(programme, account.run, VERBS[verb])
    asks = account.waiting - account.asked_for
    late = account.too_late
    effects = {
        "pause": {"waits": account.waiting - late},
        "resume": {"goes": max(0, account.asked_for - late), "asks": asks},
        "drain": {"goes": max(0, account.asked_for - late), "stops": asks},
        "cancel": {"stops": account.waiting},
    }[verb]
    too_late = 0 if verb == "cancel" else late
    return Preview(verb, account, too_late=too_late, refusal=refusal, leaving=account.leaving, **effects)


def pause_programme(programme: str, by: User | None, why: str = "") -> bool:
    """Let nothing of this programme leave until it goes on; False when it was paused already."""
    return _turn(programme, Run.PAUSED, by, why)


def resume_programme(programme: str, by: User | None, why: str = "") -> bool:
    """Go on; what became too late meanwhile is expired with the reason, and does not leave."""
    return _turn(programme, Run.RUNNING, by, why)


def drain_programme(programme: str, by: User | None, why: str = "") -> bool:
    """Let what was approved still go, stop what was not, and take in nothing new."""
    return _turn(programme, Run.DRAINING, by, why)


def cancel_programme(programme: str, by: User | None, why: str = "") -> bool:
    """Stop everything of this programme that has not left, and take in nothing new."""
    return _turn(programme, Run.ENDED, by, why)


ACTS: dict[str, Callable[..., bool]] = {
    "pause": pause_programme,
    "resume": resume_programme,
    "drain": drain_programme,
    "cancel": cancel_programme,
}


def _turn(programme: str, to: str, by: User | None, why: str) -> bool:
    """Turn the switch, once however often it is pressed, and put away what is stopped with it."""
    with transaction.atomic():
        fresh = Programme(key=programme, run=Run.RUNNING, changed_at=clock.now())
        Programme.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Programme.objects.select_for_update(of=("self",)).get(key=programme)
        if row.run == to:
            return False
        if refusal := cannot(programme, row.run, to):
            raise Refusal(refusal)
        row.run, row.why, row.changed_at, row.changed_by = to, why[:300], clock.now(), by
        row.is_settling = to in {Run.DRAINING, Run.ENDED}
        row.save(update_fields=["run", "why", "changed_at", "changed_by", "is_settling"])
        note_audit(by, f"programme_{to}", room="outreach", kind="programme", object_id=row.pk, text=programme)
        if to == Run.ENDED:
            _stop_its_mailing(programme, by)
        wake_after_commit()
    settle_programmes()
    return True


def settle_programmes(seconds: float = SETTLE_SECONDS) -> int:
    """Put away what was stopped with its programme: for a second at most, the rest at the next turn."""
    moved, ends_at = 0, time.monotonic() + seconds
    for row in Programme.objects.filter(is_settling=True).order_by("pk")[:20]:
        moved += _settle(row, ends_at)
    return moved


def _settle(row: Programme, ends_at: float) -> int:
    moved = 0
    while time.monotonic() < ends_at:
        ids = list(_stopped_with(row).values_list("pk", flat=True)[:CHUNK])
        if not ids:
            ours = Programme.objects.filter(pk=row.pk, run=row.run, changed_at=row.changed_at)
            ours.update(is_settling=False)
            break
        why = row.why or closed_why(row.run)
        moved += len(move(ids, State.CANCELLED, by=row.changed_by, why=why, only_from=NOT_YET, **FREE))
    return moved


def _stopped_with(row: Programme) -> QuerySet[Touch]:
    """All that has not left; of a programme that finishes only what nobody has said yes to."""
    rows = _touches(row.key)
    if row.run == Run.ENDED:
        return rows.filter(in_state(*NOT_YET))
    return rows.filter(Q(in_state(State.PLANNED)) | Q(in_state(State.HELD), held_from=State.PLANNED))


def _touches(programme: str) -> QuerySet[Touch]:
    return Touch.objects.filter(programme=programme)


def _run_of(programme: str) -> str:
    return Programme.objects.filter(key=programme).values_list("run", flat=True).first() or Run.RUNNING


def cannot(programme: str, run: str, to: str) -> str:
    """Why a programme that stands so cannot be turned there; empty: it can. One query, and only for a stopped one."""
    if run not in WAYS[to]:
        return _not_from(run, to)
    if run == Run.ENDED and mailing_of(programme).exists():
        return _("A mailing that was stopped stays stopped. Make a new one for those who did not get it.")
    return ""


def mailing_of(programme: str) -> QuerySet[Mailing]:
    """The mailing this programme is, if it is one."""
    family, _colon, number = programme.partition(":")
    is_one = family == "mailing" and number.isascii() and number.isdigit() and len(number) < 19
    return Mailing.objects.filter(pk=int(number)) if is_one else Mailing.objects.none()


def _stop_its_mailing(programme: str, by: User | None) -> None:
    """A mailing and its programme are stopped together."""
    row = mailing_of(programme).exclude(stage=Mailing.Stage.STOPPED).first()
    if row is not None:
        Mailing.objects.filter(pk=row.pk).update(stage=Mailing.Stage.STOPPED)
        note_audit(by, "mailing_stopped", room="outreach", kind="mailing", object_id=row.pk, text=row.name)


def _not_from(run: str, to: str) -> str:
    if run == to:
        return _("It is so already.")
    if run == Run.ENDED:
        return _("This programme was stopped. Let it go on first.")
    return _("This programme is finishing what it has. Let it go on or stop it.")
