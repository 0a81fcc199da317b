"""Take due texts for one worker, and decide at that moment who may have them: as letters are, with a budget of parts.

Claiming, deciding and booking the budget are one short transaction that one worker does at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from regulars.kit import clock, worklists
from regulars.outreach.channels.text.prices import cost_of
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.models import Channel, State, TextAccount, TextMessage, Touch, TouchChange
from regulars.outreach.queries.asked import asked_addresses
from regulars.outreach.queries.literals import in_state
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.services.claiming import give_back as give_touches_back
from regulars.outreach.services.claiming import hold_the_claim, let_through, still_wanted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST = 100
# Answers to STOP and the like go to the number that asked.
ANSWERS = "text-answer"


@dataclass(frozen=True)
class Taken:
    """What one worker may send: texts in order, when the first may start, and how far apart they are."""

    rows: Sequence[Touch]
    messages: Mapping[int, TextMessage]
    starts_at: datetime
    every: float

    def moment(self, number: int) -> datetime:
        return self.starts_at + timedelta(seconds=self.every * number)


def due_texts(account: TextAccount, now: datetime) -> list[tuple[int, int]]:
    """Due texts, the most urgent first. What was approved before a provider was there stays with the owner's phone."""
    rows = Touch.objects.filter(
        in_state(State.APPROVED), channel=Channel.TEXT, due_at__lte=now, approved_at__gte=account.connected_at
    )
    return list(rows.order_by("-priority", "due_at", "id").values_list("pk", "person_id")[: 2 * MOST])


@transaction.atomic
def claim_texts(account_id: int, *, worker: str, lease_seconds: float, within_seconds: float) -> Taken | None:
    """Claim what may go within the next seconds, at most one text a person."""
    hold_the_claim()
    account = TextAccount.objects.select_for_update().get(pk=account_id)
    now = clock.now()
    if account.resting_until and account.resting_until > now:
        return None
    every = 1 / account.per_second if account.per_second > 0 else 0.0
    starts_at = max(now, account.next_free_at or now)
    fits = int(max(0.0, (now - starts_at).total_seconds() + within_seconds) / every) if every else MOST
    first: dict[int, int] = {}
    for pk, person_id in due_texts(account, now):
        first.setdefault(person_id, pk)
    ids = list(first.values())[: min(MOST, max(fits, 1 if starts_at <= now else 0))]
    if not ids:
        return None
    rows = worklists.claim(Touch.objects.filter(pk__in=ids), limit=MOST, lease_seconds=lease_seconds, worker=worker)
    TouchChange.objects.bulk_create(
        [TouchChange(touch_id=row.pk, at=now, from_state=State.APPROVED, to_state=State.CLAIMED) for row in rows]
    )
    place = {pk: n for n, pk in enumerate(ids)}
    ready = _addressed(
        sorted(still_wanted(let_through(rows, now), account, now), key=lambda row: place[row.pk]), account
    )
    going, messages = _within_budget(ready, account, worker, now)
    parts = sum(messages[row.pk].segments for row in going)
    if going:
        account.next_free_at = starts_at + timedelta(seconds=every * parts)
        account.save(update_fields=["next_free_at"])
    return Taken(going, messages, starts_at, every)


def _addressed(rows: Sequence[Touch], account: TextAccount) -> list[Touch]:
    """Fix the number of each text before it can leave: one that asks for a yes goes to the number that was typed."""
    numbers, asked = mobiles_of(row.person_id for row in rows), asked_addresses(rows)
    for row in rows:
        if row.programme != ANSWERS:
            row.to_address = asked.get(row.pk) or numbers.get(row.person_id, "")
        row.cost_amount = cost_of(account.prices, row.to_address, measure(row.body).segments)
    Touch.objects.bulk_update(rows, ["to_address", "cost_amount"])
    return list(rows)


def _within_budget(
    rows: Sequence[Touch], account: TextAccount, worker: str, now: datetime
) -> tuple[list[Touch], dict[int, TextMessage]]:
    """Book the parts of each text; what the hour or the day has no room for goes back and waits."""
    known = {message.touch_id: message for message in TextMessage.objects.filter(touch__in=[row.pk for row in rows])}
    left = _left(account, now)
    going: list[Touch] = []
    waiting: list[Touch] = []
    messages: dict[int, TextMessage] = {}
    for row in rows:
        message = _message(row, known.get(row.pk), account, now)
        if message.segments > left:
            waiting.append(row)
            continue
        left -= message.segments
        going.append(row)
        messages[row.pk] = message
    for message in messages.values():
        message.save()
    give_touches_back(waiting, worker=worker, why=_("The day's texts are used up; it goes when there is room again."))
    return going, messages


def _message(row: Touch, known: TextMessage | None, account: TextAccount, now: datetime) -> TextMessage:
    """A text that is tried again keeps its key, so that the provider knows it; one that was refused gets a new one."""
    message = known or TextMessage(touch=row, key="")
    if not message.key or message.status == TextMessage.Status.FAILED:
        message.key = f"t{row.pk}-{secrets.token_hex(10)}"
    measured = measure(row.body)
    message.account, message.taken_at = account, now
    message.segments, message.alphabet = max(1, measured.segments), measured.alphabet
    message.status, message.code, message.provider_id = "", "", ""
    return message


def _left(account: TextAccount, now: datetime) -> int:
    """Parts left under the hour and the day limit: what was taken in that time counts, also what is on its way."""
    left = [1_000_000]
    for limit, span in ((account.per_hour, HOUR), (account.per_day, DAY)):
        if limit is not None:
            taken = TextMessage.objects.filter(account=account, taken_at__gt=now - span)
            left.append(limit - (taken.aggregate(sum=Sum("segments"))["sum"] or 0))
    return min(left)


def give_back(rows: Sequence[Touch], *, worker: str) -> None:
    """Return texts of which nothing has left, and what was booked for them."""
    give_touches_back(rows, worker=worker)
    TextMessage.objects.filter(touch__in=[row.pk for row in rows]).update(taken_at=None)
