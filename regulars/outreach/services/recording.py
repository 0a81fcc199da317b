"""Write down what came of each letter, a whole round of results in one transaction."""

from __future__ import annotations

import random as chance
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock, database
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.events import TouchBounced, TouchFailed, TouchSent
from regulars.outreach.models import State, Suppression, Touch
from regulars.outreach.services.moves import FREE, move, step
from regulars.outreach.services.suppressing import suppress
from regulars.outreach.services.telling import tell_timeline
from regulars.people.services import mark_emails_bad

MOST_TRIES = 6
RETRY_FIRST = timedelta(minutes=5)
# Out of our hands, or found so by another worker while this one was only slow: now it is known.
OUT = (State.SENDING, State.UNKNOWN)
Results = Mapping[int, Result]


@transaction.atomic
def record(rows: Sequence[Touch], results: Results) -> None:
    """Write the outcome of each letter; one recipient's refusal never touches another's."""
    by_kind: dict[str, list[Touch]] = {}
    for row in rows:
        by_kind.setdefault(results[row.pk].kind, []).append(row)
    record_sent(by_kind.pop("sent", []), results)
    for kind, group in by_kind.items():
        for row in group:
            RECORDERS[kind](row, results[row.pk])


def record_sent(rows: Sequence[Touch], results: Results) -> int:
    """Mark letters sent, tell the timelines, post the news. Also for one found unknown meanwhile: now it is known."""
    if not rows:
        return 0
    now = clock.now()
    said = {pk: said_by(result) for pk, result in results.items()}
    fields: dict[str, Any] = {"sent_at": now, **FREE}
    ids = [row.pk for row in rows]
    moved = step(ids, State.SENDING, State.SENT, whys=said, **fields)
    if len(moved) < len(ids):
        moved |= set(move(set(ids) - moved, State.SENT, only_from=(State.UNKNOWN,), whys=said, **fields))
    gone = [row for row in rows if row.pk in moved]
    _keep_names([(results[row.pk].provider_id, row.pk) for row in gone if row.pk in results])
    for row in gone:
        row.sent_at = now
    tell_timeline(gone)
    if gone:
        bulletin.post(TouchSent(tuple(row.pk for row in gone), tuple(row.person_id for row in gone)))
    return len(gone)


def _keep_names(named: Sequence[tuple[str, int]]) -> None:
    """Keep what the service calls each letter: its news will call it so."""
    given = [(name[:120], pk) for name, pk in named if name]
    if given:
        with database.connection().cursor() as cursor:
            cursor.executemany("UPDATE outreach_touch SET provider_id = %s WHERE id = %s", given)


def _later(row: Touch, result: Result) -> None:
    """The server said "not now", or hung up before it had the whole letter: try again, each time later."""
    tries = row.tries + 1
    said = said_by(result)
    wait = RETRY_FIRST * 3 ** (tries - 1) * chance.uniform(0.8, 1.2)
    if tries >= MOST_TRIES:
        _failed(row, result, _("Tried %(n)d times. The server said: %(said)s") % {"n": tries, "said": said})
        return
    fields: dict[str, Any] = {"tries": tries, "due_at": clock.now() + wait, "evidence": _evidence(row, result)}
    move([row.pk], State.APPROVED, why=said, only_from=OUT, **fields, **FREE)


def _refused(row: Touch, result: Result) -> None:
    _failed(row, result, said_by(result))


def _failed(row: Touch, result: Result, why: str) -> None:
    fields: dict[str, Any] = {"evidence": _evidence(row, result), "tries": row.tries + 1, **FREE}
    if move([row.pk], State.FAILED, why=why, only_from=OUT, **fields):
        bulletin.post(TouchFailed((row.pk,), (row.person_id,)))


def _no_such_address(row: Touch, result: Result) -> None:
    """The address is gone: this letter came back, and nobody who has that address is written to there any more."""
    fields: dict[str, Any] = {"evidence": _evidence(row, result), **FREE}
    if move([row.pk], State.BOUNCED, why=said_by(result), only_from=OUT, **fields):
        suppress(row.to_address, Suppression.Reason.HARD_BOUNCE, source=f"touch {row.pk}")
        mark_emails_bad([row.to_address])
        bulletin.post(TouchBounced((row.pk,), (row.person_id,)))


def _unknown(row: Touch, result: Result) -> None:
    why = _("The letter was handed over, but the server did not answer any more.")
    move([row.pk], State.UNKNOWN, why=why, only_from=(State.SENDING,), evidence=_evidence(row, result), **FREE)


def _account(row: Touch, result: Result) -> None:
    """The fault is the mailbox's, not the letter's: it waits where it was."""
    why = _("The mailbox could not be used: %(said)s") % {"said": said_by(result)}
    move([row.pk], State.APPROVED, why=why, only_from=OUT, evidence=_evidence(row, result), **FREE)


def _here(row: Touch, result: Result) -> None:
    """The fault is this machine's: the letter waits where it was."""
    why = _("This computer could not go on: %(said)s") % {"said": said_by(result)}
    move([row.pk], State.APPROVED, why=why, only_from=OUT, evidence=_evidence(row, result), **FREE)


RECORDERS = {
    "later": _later,
    "refused": _refused,
    "no_such_address": _no_such_address,
    "unknown": _unknown,
    "account": _account,
    "here": _here,
}


def said_by(result: Result) -> str:
    return f"{result.code or ''} {result.said}".strip()[:280]


def _evidence(row: Touch, result: Result) -> dict[str, object]:
    return {**row.evidence, "stage": result.stage, "said": said_by(result)}
