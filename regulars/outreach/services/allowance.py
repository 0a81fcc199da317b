"""How many letters a mailbox may let out: per second, hour and day, exact for any number of workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Greatest
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.models import AccountUse, SendingAccount

SLOT = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# A tenth of the hour's and the day's letters is kept from mailings, offers and greetings: a thank-you never waits
# until tomorrow because of them.
KEPT_SHARE = 10
NO_LIMIT = 1_000_000

FURTHEST_SECONDS = 60.0


@dataclass(frozen=True)
class Grant:
    """Leave for `count` letters, one every `every` seconds from `starts_at` on, booked into the slot of `slot_at`.

    At most `for_bulk` of them for what can wait.
    """

    count: int
    starts_at: datetime
    every: float
    slot_at: datetime
    for_bulk: int = NO_LIMIT

    def moment(self, number: int) -> datetime:
        return self.starts_at + timedelta(seconds=self.every * number)


def slot_of(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


@transaction.atomic
def take(account_id: int, wanted: int, *, within_seconds: float) -> Grant:
    """Reserve up to `wanted` letters that may start within the next seconds. The account row is the lock."""
    account = SendingAccount.objects.select_for_update().defer("password", "keys").get(pk=account_id)
    now = clock.now()
    every = 1 / account.per_second if account.per_second > 0 else 0.0
    starts_at = _free_from(account, now, max(within_seconds, FURTHEST_SECONDS) + every)
    ahead = within_seconds - (starts_at - now).total_seconds()
    by_pace = wanted if not every else 0 if ahead < 0 else int(ahead / every) + 1
    left, for_bulk = _left(account, now)
    count = max(0, min(wanted, by_pace, left))
    slot_at = slot_of(now)
    if count:
        AccountUse.objects.get_or_create(account=account, slot_at=slot_at)
        AccountUse.objects.filter(account=account, slot_at=slot_at).update(used=F("used") + count)
        account.next_free_at = starts_at + timedelta(seconds=every * count)
        account.save(update_fields=["next_free_at"])
        AccountUse.objects.filter(account=account, slot_at__lt=now - DAY - HOUR).delete()
    return Grant(count, starts_at, every, slot_at, max(0, min(count, for_bulk)))


def _free_from(account: SendingAccount, now: datetime, furthest_seconds: float) -> datetime:
    """When the next letter may start. Nobody books further ahead than this: more means that the clock went back."""
    furthest = now + timedelta(seconds=furthest_seconds)
    if account.next_free_at and account.next_free_at > furthest:
        account.next_free_at = furthest
        account.save(update_fields=["next_free_at"])
    return max(now, account.next_free_at or now)


def give_back(account_id: int, grant: Grant, unused: int) -> None:
    """Return what was reserved and did not leave, and its time too, if nobody has booked behind it."""
    if unused <= 0:
        return
    uses = AccountUse.objects.filter(account_id=account_id, slot_at=grant.slot_at)
    uses.update(used=Greatest(F("used") - unused, 0))
    ours = SendingAccount.objects.filter(pk=account_id, next_free_at=grant.moment(grant.count))
    ours.update(next_free_at=grant.moment(grant.count - unused))


def _left(account: SendingAccount, now: datetime) -> tuple[int, int]:
    """Letters left under the hour and the day limit, and how many of them for what can wait.

    Counted over whole slots, so that no window is ever exceeded. One query.
    """
    if account.per_hour is None and account.per_day is None:
        return NO_LIMIT, NO_LIMIT
    slots = _slots(account, now)
    return room_under(
        account.per_hour, account.per_day, lambda span: sum(used for at, used in slots if at > now - span - SLOT)
    )


def room_under(per_hour: int | None, per_day: int | None, used_in: Callable[[timedelta], int]) -> tuple[int, int]:
    """What the hour and the day still hold, and how much of it for what can wait: a tenth of each is kept from that."""
    left = for_bulk = NO_LIMIT
    for limit, span in ((per_hour, HOUR), (per_day, DAY)):
        if limit is not None:
            free = limit - used_in(span)
            left, for_bulk = min(left, free), min(for_bulk, free - limit // KEPT_SHARE)
    return left, for_bulk


def _slots(account: SendingAccount, now: datetime) -> list[tuple[datetime, int]]:
    """The slots of the last day. One that lies ahead was written before the clock went back: it counts from now on."""
    rows = AccountUse.objects.filter(account=account, slot_at__gt=now - DAY - SLOT).values_list("slot_at", "used")
    slots, this = dict(rows), slot_of(now)
    ahead = {at: used for at, used in slots.items() if at > this}
    if ahead:
        moved = sum(ahead.values())
        AccountUse.objects.filter(account=account, slot_at__gt=this).delete()
        AccountUse.objects.get_or_create(account=account, slot_at=this)
        AccountUse.objects.filter(account=account, slot_at=this).update(used=F("used") + moved)
        slots = {at: used for at, used in slots.items() if at <= this} | {this: slots.get(this, 0) + moved}
    return list(slots.items())


def _used(account_id: int, since: datetime) -> int:
    uses = AccountUse.objects.filter(account_id=account_id, slot_at__gt=since)
    return uses.aggregate(sum=Sum("used"))["sum"] or 0


def used_today(account: SendingAccount) -> int:
    """Letters of the last 24 hours."""
    return _used(account.pk, clock.now() - DAY - SLOT)


def used_up_why(account: SendingAccount) -> str:
    """Say why nothing goes out just now, or nothing at all when there is room."""
    now = clock.now()
    for limit, span, why in (
        (
            account.per_hour,
            HOUR,
            _("The mailbox lets out %(limit)s letters an hour; the next ones go when there is room again."),
        ),
        (
            account.per_day,
            DAY,
            _("The mailbox lets out %(limit)s letters a day; the next ones go when there is room again."),
        ),
    ):
        if limit is not None and _used(account.pk, now - span - SLOT) >= limit:
            return why % {"limit": formats.number_format(limit)}
    return ""
