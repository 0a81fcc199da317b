"""Hours in which nobody is written to, on the person's own wall clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regulars.kit import clock
from regulars.kit.business import Business

MORNING = time(10)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo:
    """The person's zone; the business's where we do not know it or it does not exist."""
    return (_zone(name) if name else None) or clock.zone()


def free_again_at(at: datetime, business: Business, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours around this moment end; None when it is no quiet hour. Equal ends mean no quiet hours."""
    start, end = business.quiet_from, business.quiet_until
    local = at.astimezone(zone)
    wall = local.time()
    if start == end:
        return None
    is_quiet = start <= wall < end if start < end else wall >= start or wall < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if start > end and wall >= start else local.date()
    return datetime.combine(day, end, zone)


def morning_after(at: datetime, zone: ZoneInfo) -> datetime:
    """Ten o'clock of the next day where the person is."""
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
