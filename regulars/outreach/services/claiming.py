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
from regulars.outreach.models import Channel, SendingAccount, State, Touch, TouchChange
from regulars.outreach.queries.literals import in_state
from regulars.outreach.queries.permission import Verdict, may_receive
from regulars.outreach.queries.reach import addresses_of
from regulars.outreach.services.moves import FREE, move

CLAIM_LOCK = 7_305_001


def hold_the_claim() -> None:
    """Let one worker claim at a time (PostgreSQL); on SQLite the writer's transaction does that already."""
    if database.is_postgres():
        with database.connection().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])


def is_anything_due() -> bool:
    """A small look into the partial index, so that an idle worker costs nothing."""
    return bool(_due_by_priority(clock.now(), 1))


@transaction.atomic
def claim_letters(limit: int, *, worker: str, lease_seconds: float, account: SendingAccount | None) -> list[Touch]:
    """Claim up to `limit` due letters that may go, at most one a person; the others are held, suppressed or expired."""
    hold_the_claim()
    now = clock.now()
    ids = _one_a_person(_due_by_priority(now, limit * 2))[:limit]
    rows = worklists.claim(Touch.objects.filter(pk__in=ids), limit=limit, lease_seconds=lease_seconds, worker=worker)
    if not rows:
        return []
    TouchChange.objects.bulk_create(
        [TouchChange(touch_id=row.pk, at=now, from_state=State.APPROVED, to_state=State.CLAIMED) for row in rows]
    )
    ready = let_through(rows, now)
    return _addressed(ready, account)


def _due_by_priority(now: datetime, most: int) -> list[tuple[int, int]]:
    """The due letters, the most urgent first, walking the index from one priority to the next."""
    found: list[tuple[int, int]] = []
    below = 32_767
    waiting = Touch.objects.filter(in_state(State.APPROVED), channel=Channel.EMAIL)
    while len(found) < most:
        step = waiting.filter(priority__lt=below).order_by("-priority").values_list("priority", flat=True).first()
        if step is None:
            break
        due = waiting.filter(priority=step, due_at__lte=now).order_by("due_at", "id")
        found += due.values_list("pk", "person_id")[: most - len(found)]
        below = step
    return found


def _one_a_person(found: Sequence[tuple[int, int]]) -> list[int]:
    first: dict[int, int] = {}
    for pk, person_id in found:
        first.setdefault(person_id, pk)
    return list(first.values())


def let_through(rows: Sequence[Touch], now: datetime) -> list[Touch]:
    """Keep those who may receive it now; move the others to where they belong, with the reason."""
    ready: list[Touch] = []
    for channel, purpose in sorted({(row.channel, row.purpose) for row in rows}):
        group = [row for row in rows if (row.channel, row.purpose) == (channel, purpose)]
        ids = [row.pk for row in group]
        verdicts = may_receive([row.person_id for row in group], channel, purpose, now, besides=ids)
        ready += [row for row in group if verdicts[row.person_id].ok]
        _put_aside([(row, verdicts[row.person_id]) for row in group if not verdicts[row.person_id].ok])
    return sorted(ready, key=lambda row: (-row.priority, row.due_at, row.pk))


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
    domain = account.from_address.rpartition("@")[2] if account else DOMAIN
    for row in rows:
        row.to_address = addresses.get(row.person_id, "")
        row.account = account
        if not row.message_id or row.message_id.endswith(f"@{DOMAIN}>") != (account is None):
            row.message_id = f"<{row.pk}.{secrets.token_hex(8)}@{domain}>"
    with database.connection().cursor() as cursor:
        cursor.executemany(
            "UPDATE outreach_touch SET to_address = %s, message_id = %s, account_id = %s WHERE id = %s",
            [(row.to_address, row.message_id, row.account_id, row.pk) for row in rows],
        )
    return list(rows)


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
