"""Count at night who may be written to, for books too large to count while somebody waits."""

from __future__ import annotations

from regulars.kit import clock
from regulars.kit.schedules import every
from regulars.outreach.models import ReachCount
from regulars.outreach.queries.who import count_reach


@every("count who may be written to", cron="41 3 * * *", heavy=True)
def count_reach_again() -> None:
    """Safe to repeat: the last count is the one that stands."""
    now = clock.now()
    ReachCount.objects.update_or_create(pk=1, defaults={"found": count_reach(), "counted_at": now})
