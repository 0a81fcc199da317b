"""What came of a large mailing is counted in the background, often while it is young and ever more seldom."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django_tasks import task

from regulars.kit import clock
from regulars.kit.jobs import HEAVY, enqueue_once
from regulars.kit.worker import poller
from regulars.outreach.models import Mailing
from regulars.outreach.queries.mailings import what_came

LARGE = 5000
SOONEST = timedelta(minutes=1)
# Counted anew when a twentieth of its age has passed: every minute at first, every hour or so on the next day.
PART_OF_ITS_AGE = 20
BEYOND_ITS_DAYS = timedelta(days=30)


def is_large(mailing: Mailing) -> bool:
    """Are there so many that nobody should wait while they are counted?"""
    ways = mailing.found.get("ways", {})
    return bool(sum(n for way, n in ways.items() if way != "out") > LARGE)


@poller("outreach.tally", seconds=20)
def tally_due() -> int:
    """Have those counted whose count has grown old. One query; what is counted already is not asked for twice."""
    now = clock.now()
    for mailing in Mailing.objects.filter(began_at__gt=now - timedelta(days=90) - BEYOND_ITS_DAYS):
        if is_large(mailing) and _is_old(mailing, now):
            enqueue_once(tally_mailing, mailing.pk, key=f"tally of mailing {mailing.pk}")
    return 0


def _is_old(mailing: Mailing, now: datetime) -> bool:
    began_at = mailing.began_at or now
    if mailing.tallied_at is None:
        return True
    if mailing.tallied_at > began_at + timedelta(days=mailing.window_days) + BEYOND_ITS_DAYS:
        return False
    return now - mailing.tallied_at >= max(SOONEST, (now - began_at) / PART_OF_ITS_AGE)


@task(queue_name=HEAVY)
def tally_mailing(mailing_id: int) -> int:
    """Count what came of it and write that down; safe to repeat."""
    at, mailing = clock.now(), Mailing.objects.get(pk=mailing_id)
    came = [asdict(one) for one in what_came(mailing)]
    Mailing.objects.filter(pk=mailing_id).update(tally=came, tallied_at=at)
    return len(came)
