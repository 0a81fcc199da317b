"""How fast a new sender may be: a little more each day, and only so many an hour to one large mailbox provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.channels.email.pace import Family, allowed_on, family_of
from regulars.outreach.models import PRIORITY, Pace, Purpose, SendingAccount, State, Touch
from regulars.outreach.services.pacing import Later, pacer

HOUR = timedelta(hours=1)
# Nobody is given a moment further ahead than this; then they ask again.
HORIZON = timedelta(hours=24)
CAN_WAIT = PRIORITY[Purpose.MARKETING]


@pacer
def warming_up(account: SendingAccount, rows: Sequence[Touch], now: datetime) -> dict[int, Later]:
    """A new sender's allowance of today, in the business's own day; what is about a purchase goes all the same."""
    most = allowed_today(account)
    if most is None:
        return {}
    today = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    free = most - _out_today(account, rows, today)
    waiting = [row for row in rows if row.purpose != Purpose.SERVICE]
    tomorrow = today + timedelta(days=1)
    why = _("The mailbox is new and lets out %(n)s letters today, tomorrow a few more; this one goes then.")
    later = Later(tomorrow, why % {"n": formats.number_format(most)})
    return {row.pk: later for row in waiting[max(0, free - (len(rows) - len(waiting))) :]}


def _out_today(account: SendingAccount, rows: Sequence[Touch], today: datetime) -> int:
    """What has left today, and what other workers are about to send. Two queries, each by a small index."""
    ours = Touch.objects.filter(account=account)
    others = ours.filter(state__in=(State.CLAIMED, State.SENDING)).exclude(pk__in=[row.pk for row in rows])
    return ours.filter(sent_at__gte=today).count() + others.count()


def allowed_today(account: SendingAccount) -> int | None:
    """How many letters the account lets out today while it is new; None when it is not."""
    return allowed_on(clock.today(), account.warms_up_from) if account.warms_up_from else None


@pacer
def one_provider_at_a_time(account: SendingAccount, rows: Sequence[Touch], now: datetime) -> dict[int, Later]:
    """Space out what goes to one large provider. Two queries and a write a provider; the claim lets one worker in."""
    if not account.is_paced:
        return {}
    groups: dict[Family, list[Touch]] = {}
    for row in rows:
        family = family_of(row.to_address)
        if family is not None and family.pace(_age_days(account, now)):
            groups.setdefault(family, []).append(row)
    found: dict[int, Later] = {}
    for family, group in groups.items():
        found |= _spaced(account, family, group, now)
    return found


def _age_days(account: SendingAccount, now: datetime) -> int:
    return (now - account.connected_at).days


def _spaced(account: SendingAccount, family: Family, rows: Sequence[Touch], now: datetime) -> dict[int, Later]:
    """Let those go whose moment it is, the most urgent first; give the others moments one behind the other."""
    pace = family.pace(_age_days(account, now))
    every = HOUR / pace
    held, _is_new = Pace.objects.get_or_create(
        account=account, family=family.key, defaults={"next_free_at": now, "booked_until": now}
    )
    # What nobody used for a while may go at once, but not more than a quarter of an hour's worth.
    free_at = min(max(held.next_free_at, now - HOUR / 4), now + HORIZON)
    tail = min(held.booked_until, now + HORIZON)
    soon = free_at
    found: dict[int, Later] = {}
    why = _("%(provider)s takes only %(n)d letters an hour from a new sender; this one has its moment.")
    for row in sorted(rows, key=lambda row: (-row.priority, row.due_at, row.pk)):
        if free_at <= now or row.purpose == Purpose.SERVICE:
            free_at += every
            soon = free_at
            continue
        if row.priority > CAN_WAIT:
            # It books nothing: whoever is more urgent than an offer takes the next moment when it comes.
            at = soon
            soon += every
        else:
            tail = max(tail, free_at, now) + every
            at = tail if tail <= now + HORIZON else now + HORIZON
        found[row.pk] = Later(at, why % {"provider": family.name, "n": pace})
    Pace.objects.filter(pk=held.pk).update(next_free_at=free_at, booked_until=tail)
    return found
