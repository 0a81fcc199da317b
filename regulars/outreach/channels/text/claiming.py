"""Take due texts for one worker, and decide at that moment who may have them: as letters are, with a budget of parts.

Claiming, deciding and booking the budget are one short transaction that one worker does at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock, worklists
from regulars.outreach.channels.text.prices import cost_of
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.events import TouchFailed
from regulars.outreach.models import Channel, State, TextAccount, TextMessage, Touch
from regulars.outreach.queries.asked import asked_addresses
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.services.allowance import room_under
from regulars.outreach.services.claiming import give_back as give_touches_back
from regulars.outreach.services.claiming import hold_the_claim, let_through, still_wanted
from regulars.outreach.services.moves import move, note_changes
from regulars.outreach.services.text_limits import too_long_why
from regulars.outreach.services.turns import Line, Turn, due_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST = 100
# What a text that was under way before is booked anew with.
BOOKED = ("key", "account", "taken_at", "segments", "alphabet", "status", "code", "provider_id")
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

    def with_messages(self, more: Mapping[int, TextMessage]) -> Taken:
        return replace(self, messages={**self.messages, **more})


def line_of(account: TextAccount) -> Line:
    """Who waits for a text by this provider. What was approved before it was there stays with the owner's phone."""
    return Line(Channel.TEXT, account.connected_at)


def due_texts(account: TextAccount, now: datetime, most: int = 2 * MOST, for_bulk: int | None = None) -> list[Turn]:
    """Due texts, the most urgent first, and of equally urgent programmes each one in turn."""
    return due_in(line_of(account), now, most, for_bulk)


@transaction.atomic
def claim_texts(account_id: int, *, worker: str, lease_seconds: float, within_seconds: float) -> Taken | None:
    """Claim what may go within the next seconds, at most one text a person, within the hour's and the day's parts."""
    hold_the_claim()
    account = TextAccount.objects.select_for_update().get(pk=account_id)
    now = clock.now()
    if account.resting_until and account.resting_until > now:
        return None
    every = 1 / account.per_second if account.per_second > 0 else 0.0
    starts_at = max(now, account.next_free_at or now)
    fits = int(max(0.0, (now - starts_at).total_seconds() + within_seconds) / every) if every else MOST
    most = min(MOST, max(fits, 1 if starts_at <= now else 0))
    left, for_bulk = _left(account, now)
    turns = due_texts(account, now, for_bulk=max(0, for_bulk)) if most and left > 0 else []
    parts = parts_of(turns)
    turns = _without_too_long(turns, parts, account)
    ids = chosen(turns, parts, most, left, for_bulk)
    if not ids:
        return None
    going, messages = take(ids, account, worker=worker, lease_seconds=lease_seconds, now=now)
    booked = sum(messages[row.pk].segments for row in going)
    if going:
        account.next_free_at = starts_at + timedelta(seconds=every * booked)
        account.save(update_fields=["next_free_at"])
    return Taken(going, messages, starts_at, every)


def parts_of(turns: Sequence[Turn]) -> dict[int, int]:
    """As how many parts each of these is billed. One query."""
    bodies = dict(Touch.objects.filter(pk__in=[turn.touch_id for turn in turns]).values_list("pk", "body"))
    return {turn.touch_id: max(1, measure(bodies.get(turn.touch_id, "")).segments) for turn in turns}


def _without_too_long(turns: Sequence[Turn], parts: Mapping[int, int], account: TextAccount) -> list[Turn]:
    """Those that can go at all. One that no hour or no day ever has room for ends here, and says why."""
    too_long = {
        turn.touch_id: why
        for turn in turns
        if (why := too_long_why(parts[turn.touch_id], account, is_bulk=turn.is_bulk))
    }
    for why in set(too_long.values()):
        ids = [pk for pk, reason in too_long.items() if reason == why]
        ended = move(ids, State.FAILED, why=why, only_from=(State.APPROVED,))
        people = tuple(turn.person_id for turn in turns if turn.touch_id in ended)
        bulletin.post(TouchFailed(tuple(turn.touch_id for turn in turns if turn.touch_id in ended), people))
    return [turn for turn in turns if turn.touch_id not in too_long]


def chosen(
    turns: Sequence[Turn], parts: Mapping[int, int], most: int, left: int, for_bulk: int = 1_000_000
) -> list[int]:
    """One text a person, in their order, as many parts as there is room for."""
    found: dict[int, int] = {}
    for turn in turns:
        size = parts[turn.touch_id]
        is_over = size > left or (turn.is_bulk and size > for_bulk)
        if len(found) < most and turn.person_id not in found and not is_over:
            found[turn.person_id] = turn.touch_id
            left -= size
            for_bulk -= size if turn.is_bulk else 0
    return list(found.values())


def take(
    ids: Sequence[int], account: TextAccount, *, worker: str, lease_seconds: float, now: datetime
) -> tuple[list[Touch], dict[int, TextMessage]]:
    """Claim these, ask who may have them now, and book their parts; the caller holds the claim and the account."""
    rows = worklists.claim(Touch.objects.filter(pk__in=ids), limit=MOST, lease_seconds=lease_seconds, worker=worker)
    note_changes([row.pk for row in rows], State.APPROVED, State.CLAIMED, now)
    place = {pk: n for n, pk in enumerate(ids)}
    ready = sorted(still_wanted(let_through(rows, now), account, now), key=lambda row: place[row.pk])
    going = _addressed(ready, account)
    return going, _booked(going, account, now)


def _addressed(rows: Sequence[Touch], account: TextAccount) -> list[Touch]:
    """Fix the number of each text before it can leave: one that asks for a yes goes to the number that was typed."""
    numbers, asked = mobiles_of(row.person_id for row in rows), asked_addresses(rows)
    for row in rows:
        if row.programme != ANSWERS:
            row.to_address = asked.get(row.pk) or numbers.get(row.person_id, "")
        row.cost_amount = cost_of(account.prices, row.to_address, measure(row.body).segments)
    Touch.objects.bulk_update(rows, ["to_address", "cost_amount"])
    return list(rows)


def _booked(rows: Sequence[Touch], account: TextAccount, now: datetime) -> dict[int, TextMessage]:
    """What each is under way as, with the parts it is billed by. Three statements."""
    known = {message.touch_id: message for message in TextMessage.objects.filter(touch__in=[row.pk for row in rows])}
    messages = {row.pk: _message(row, known.get(row.pk), account, now) for row in rows}
    TextMessage.objects.bulk_update([messages[pk] for pk in messages if pk in known], BOOKED)
    TextMessage.objects.bulk_create([messages[pk] for pk in messages if pk not in known])
    return messages


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


def _left(account: TextAccount, now: datetime) -> tuple[int, int]:
    """Parts left under the hour and the day limit, and how many of them for what can wait."""
    return room_under(account.per_hour, account.per_day, lambda span: _taken(account, now - span))


def used_up_why(account: TextAccount) -> str:
    """Say why no text goes out just now, or nothing where there is room. A query a limit."""
    now = clock.now()
    for limit, span, why in (
        (
            account.per_hour,
            HOUR,
            _("Your texts for this hour are used up: %(limit)s. The next ones go when there is room."),
        ),
        (
            account.per_day,
            DAY,
            _("Your texts for this day are used up: %(limit)s. The next ones go when there is room."),
        ),
    ):
        if limit is not None and _taken(account, now - span) >= limit:
            return why % {"limit": formats.number_format(limit)}
    return ""


def _taken(account: TextAccount, since: datetime) -> int:
    """Parts taken since then, also those on their way."""
    taken = TextMessage.objects.filter(account=account, taken_at__gt=since)
    return taken.aggregate(sum=Sum("segments"))["sum"] or 0


def give_back(rows: Sequence[Touch], *, worker: str, why: str = "") -> None:
    """Return texts of which nothing has left, and what was booked for them."""
    give_touches_back(rows, worker=worker, why=why)
    TextMessage.objects.filter(touch__in=[row.pk for row in rows]).update(taken_at=None)
