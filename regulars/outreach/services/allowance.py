"""How many letters a mailbox may let out: per second, hour and day, exact for any number of workers."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Grant:
    """Leave for `count` letters, one every `every` seconds from `starts_at` on, booked into the slot of `slot_at`."""

    count: int
    starts_at: datetime
    every: float
    slot_at: datetime

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
    starts_at = max(now, account.next_free_at or now)
    by_pace = (
        wanted
        if not every
        else max(0, int((now - starts_at + timedelta(seconds=within_seconds)).total_seconds() / every) + 1)
    )
    count = max(0, min(wanted, by_pace, _left(account, now)))
    slot_at = slot_of(now)
    if count:
        AccountUse.objects.get_or_create(account=account, slot_at=slot_at)
        AccountUse.objects.filter(account=account, slot_at=slot_at).update(used=F("used") + count)
        account.next_free_at = starts_at + timedelta(seconds=every * count)
        account.save(update_fields=["next_free_at"])
        AccountUse.objects.filter(account=account, slot_at__lt=now - DAY - HOUR).delete()
    return Grant(count, starts_at, every, slot_at)


def give_back(account_id: int, grant: Grant, unused: int) -> None:
    """Return what was reserved and did not leave."""
    if unused > 0:
        uses = AccountUse.objects.filter(account_id=account_id, slot_at=grant.slot_at)
        uses.update(used=Greatest(F("used") - unused, 0))


def _left(account: SendingAccount, now: datetime) -> int:
    """Letters left under the hour and the day limit, counted over whole slots so that no window is ever exceeded."""
    left = [1_000_000]
    for limit, span in ((account.per_hour, HOUR), (account.per_day, DAY)):
        if limit is not None:
            left.append(limit - _used(account.pk, now - span - SLOT))
    return min(left)


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
