"""Take due letters for one worker, and decide at that moment who may have them.

Claiming and deciding are one short transaction, and one worker at a time does it: two letters to the same person taken
by two workers at once would otherwise each believe to be the only one this week.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, database, worklists
from regulars.outreach.channels.email.local_outbox import DOMAIN
from regulars.outreach.models import SendingAccount, State, TextAccount, Touch
from regulars.outreach.queries.asked import asked_addresses, unwanted_asks
from regulars.outreach.queries.permission import Verdict, may_receive
from regulars.outreach.queries.reach import addresses_of
from regulars.outreach.queries.threads import addresses_answered
from regulars.outreach.services.expiring import is_too_late, put_away_claimed
from regulars.outreach.services.moves import FREE, move, note_changes
from regulars.outreach.services.pacing import moments_for
from regulars.outreach.services.turns import Turn, due_letters

CLAIM_LOCK = 7_305_001


def hold_the_claim() -> None:
    """Let one worker claim at a time (PostgreSQL); on SQLite the writer's transaction does that already."""
    if database.is_postgres():
        with database.connection().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])


def is_anything_due() -> bool:
    """A small look into the partial index, so that an idle worker costs nothing."""
    return bool(due_letters(clock.now(), 1))


@transaction.atomic
def claim_letters(
    limit: int,
    *,
    worker: str,
    lease_seconds: float,
    account: SendingAccount | None,
    for_bulk: int | None = None,
) -> list[Touch]:
    """Claim up to `limit` due letters that may go, at most one a person; the others are held, suppressed or expired.

    Of those that can wait (offers, greetings, many at once) at most `for_bulk`.
    """
    hold_the_claim()
    now = clock.now()
    ids = _chosen(due_letters(now, limit * 2, None if for_bulk is None else for_bulk * 2), limit, for_bulk)
    rows = worklists.claim(Touch.objects.filter(pk__in=ids), limit=limit, lease_seconds=lease_seconds, worker=worker)
    if not rows:
        return []
    note_changes([row.pk for row in rows], State.APPROVED, State.CLAIMED, now)
    place = {pk: n for n, pk in enumerate(ids)}
    ready = sorted(still_wanted(let_through(rows, now), account, now), key=lambda row: place[row.pk])
    return _at_their_moment(_addressed(ready, account), account, now)


def _chosen(turns: Sequence[Turn], limit: int, for_bulk: int | None) -> list[int]:
    """One letter a person, in their order, within what is left for those that can wait."""
    chosen: dict[int, int] = {}
    bulk = 0
    for turn in turns:
        is_over = turn.is_bulk and for_bulk is not None and bulk >= for_bulk
        if len(chosen) < limit and turn.person_id not in chosen and not is_over:
            chosen[turn.person_id] = turn.touch_id
            bulk += turn.is_bulk
    return list(chosen.values())


def let_through(rows: Sequence[Touch], now: datetime) -> list[Touch]:
    """Keep those who may receive it now; move the others to where they belong, with the reason."""
    ready: list[Touch] = []
    put_away_claimed([row for row in rows if is_too_late(row, now)])
    rows = [row for row in rows if not is_too_late(row, now)]
    for channel, purpose in sorted({(row.channel, row.purpose) for row in rows}):
        group = [row for row in rows if (row.channel, row.purpose) == (channel, purpose)]
        ids = [row.pk for row in group]
        verdicts = may_receive([row.person_id for row in group], channel, purpose, now, besides=ids)
        ready += [row for row in group if verdicts[row.person_id].ok]
        _put_aside([(row, verdicts[row.person_id]) for row in group if not verdicts[row.person_id].ok])
    return ready


def still_wanted(rows: Sequence[Touch], account: SendingAccount | TextAccount | None, now: datetime) -> list[Touch]:
    """Leave out what asks for a yes where that is settled by now, or nobody is to be asked there."""
    unwanted = unwanted_asks(rows, account, now)
    _put_aside(unwanted)
    out = {row.pk for row, _verdict in unwanted}
    return [row for row in rows if row.pk not in out]


def _put_aside(barred: Sequence[tuple[Touch, Verdict]]) -> None:
    fates: dict[tuple[str, str, datetime | None], list[int]] = {}
    for row, verdict in barred:
        fates.setdefault(_fate(row, verdict), []).append(row.pk)
    for (state, why, until), ids in fates.items():
        held: dict[str, Any] = (
            {"held_until": until, "held_why": why[:300], "held_from": State.APPROVED} if state == State.HELD else {}
        )
        move(ids, state, why=why, only_from=(State.CLAIMED,), **FREE, **held)


def _fate(row: Touch, verdict: Verdict) -> tuple[str, str, datetime | None]:
    if verdict.until is None:
        return State.SUPPRESSED, verdict.why, None
    if row.not_after and verdict.until >= row.not_after:
        return State.EXPIRED, _("%(why)s Later would have been too late.") % {"why": verdict.why}, None
    return State.HELD, verdict.why, verdict.until


def _addressed(rows: Sequence[Touch], account: SendingAccount | None) -> list[Touch]:
    """Fix address and Message-ID of every letter before it can leave; a letter tried before keeps its own."""
    addresses = addresses_of(row.person_id for row in rows)
    asking = addresses_answered(rows) | asked_addresses(rows)
    domain = account.from_address.rpartition("@")[2] if account else DOMAIN
    for row in rows:
        row.to_address = asking.get(row.pk) or addresses.get(row.person_id, "")
        row.account = account
        if not row.message_id or row.message_id.endswith(f"@{DOMAIN}>") != (account is None):
            row.message_id = f"<{row.pk}.{secrets.token_hex(8)}@{domain}>"
    with database.connection().cursor() as cursor:
        cursor.executemany(
            "UPDATE outreach_touch SET to_address = %s, message_id = %s, account_id = %s WHERE id = %s",
            [(row.to_address, row.message_id, row.account_id, row.pk) for row in rows],
        )
    return list(rows)


def _at_their_moment(rows: Sequence[Touch], account: SendingAccount | None, now: datetime) -> list[Touch]:
    """Hold what has to wait for its address's sake: a mailbox provider takes only so much at a time."""
    later = moments_for(account, rows, now) if account else {}
    waits = [(row, Verdict(False, later[row.pk].why, later[row.pk].at)) for row in rows if row.pk in later]
    _put_aside(waits)
    return [row for row in rows if row.pk not in later]


def give_back(rows: Sequence[Touch], *, worker: str, why: str = "") -> int:
    """Return claimed letters of which not a byte has left."""
    return len(
        move([row.pk for row in rows], State.APPROVED, why=why, only_from=(State.CLAIMED,), held_by=worker, **FREE)
    )


def renew(rows: Sequence[Touch], *, worker: str, lease_seconds: float) -> None:
    """Say that these letters are still being looked after."""
    held = Touch.objects.filter(
        pk__in=[row.pk for row in rows], leased_by=worker, state__in=(State.CLAIMED, State.SENDING)
    )
    held.update(lease_until=clock.now() + timedelta(seconds=lease_seconds))
