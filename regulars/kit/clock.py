"""What time it is. Nothing else in the house asks the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_frozen: ContextVar[datetime | None] = ContextVar("regulars_clock", default=None)


def now() -> datetime:
    """The moment, aware, in UTC."""
    frozen_at = _frozen.get()
    if frozen_at is not None:
        return frozen_at
    if settings.FROZEN_TODAY:
        return _moved_to(date.fromisoformat(settings.FROZEN_TODAY))
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the business's zone."""
    return local(now()).date()


def zone() -> ZoneInfo:
    """The business's time zone."""
    from regulars.kit.business import business

    return ZoneInfo(business().zone)


def local(at: datetime) -> datetime:
    """The same moment on the wall clock of the business."""
    return at.astimezone(zone())


def start_of(day: date) -> datetime:
    """The first moment of a business day, aware, in UTC; never before the first there is."""
    try:
        return datetime.combine(day, time.min, zone()).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The first moment after a business day, aware, in UTC; never after the last there is."""
    return start_of(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def _moved_to(day: date) -> datetime:
    """The present time of day on another day: demo and test folders only."""
    wall = datetime.now(zone())
    return datetime.combine(day, wall.timetz()).astimezone(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stand still at a moment: simulation and tests."""
    if at.tzinfo is None:
        raise ValueError("A frozen moment needs a time zone.")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
