"""Recurring work in the business's zone: `@every("nightly grades", cron="15 3 * * *")`.

When a schedule falls due, whichever worker moves its row first enqueues the job, in one transaction; so it is started
once by any number of workers, survives a crash as a job does, and after downtime is caught up once, not once a day.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django_tasks import task

from regulars.kit import clock, jobs
from regulars.kit.cron import Cron
from regulars.kit.models import Schedule

log = logging.getLogger("regulars.schedules")

LOOK_AGAIN_SECONDS = 30.0
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Recurring:
    name: str
    line: str
    cron: Cron
    work: Work
    is_heavy: bool


_recurring: dict[str, Recurring] = {}


def every(name: str, *, cron: str, heavy: bool = False) -> Callable[[Work], Work]:
    """Run a function of no arguments whenever `cron` falls due; `heavy` in a child process."""

    def register(work: Work) -> Work:
        known = _recurring.get(name)
        if known and known.work.__qualname__ != work.__qualname__:
            raise ValueError(f"Two schedules are called {name!r}.")
        _recurring[name] = Recurring(name, cron, Cron.parse(cron), work, heavy)
        return work

    return register


def recurring() -> list[Recurring]:
    return [_recurring[name] for name in sorted(_recurring)]


@task
def run_scheduled(name: str) -> None:
    """Do the work of one schedule; what went wrong stands on its row until the next time."""
    known = _recurring.get(name)
    if known is None:
        return
    try:
        known.work()
    except Exception as fault:
        Schedule.objects.filter(name=name).update(last_error=f"{type(fault).__name__}: {fault}"[:2000])
        raise
    Schedule.objects.filter(name=name).update(last_finished_at=clock.now(), last_error="")


def enrol() -> None:
    """Give new schedules their row, and reckon anew those whose line or zone has changed."""
    zone = clock.zone()
    rows = {row.name: row for row in Schedule.objects.all()}
    for known in recurring():
        row = rows.get(known.name)
        if row and (row.cron, row.zone) == (known.line, zone.key):
            continue
        next_at = known.cron.next_after(clock.now(), zone)
        if row is None:
            Schedule.objects.bulk_create(
                [Schedule(name=known.name, cron=known.line, zone=zone.key, next_at=next_at)], ignore_conflicts=True
            )
        else:
            seen = Schedule.objects.filter(name=known.name, cron=row.cron, zone=row.zone)
            seen.update(cron=known.line, zone=zone.key, next_at=next_at)


def run_due() -> int:
    """Start what is due: each once, however many workers call this and however often it was missed."""
    now = clock.now()
    return sum(_start(row, now) for row in Schedule.objects.filter(name__in=_recurring, next_at__lte=now))


def _start(row: Schedule, now: datetime) -> int:
    known = _recurring[row.name]
    following = known.cron.next_after(now, ZoneInfo(row.zone))
    with transaction.atomic():
        ours = Schedule.objects.filter(name=row.name, next_at=row.next_at)
        if not ours.update(next_at=following, last_due_at=row.next_at):
            return 0
        queue = jobs.HEAVY if known.is_heavy else "default"
        jobs.enqueue_once(run_scheduled.using(queue_name=queue), row.name, key=f"schedule: {row.name}")
    return 1


class Ticker:
    """Looks for due schedules without asking the database at every turn of the worker."""

    def __init__(self) -> None:
        self._look_at = 0.0

    def __call__(self) -> int:
        if time.monotonic() < self._look_at:
            return 0
        enrol()
        started = run_due()
        self._look_at = time.monotonic() + self._pause()
        return started

    def _pause(self) -> float:
        soonest = Schedule.objects.filter(name__in=_recurring).order_by("next_at").values_list("next_at", flat=True)
        first = soonest.first()
        if first is None:
            return LOOK_AGAIN_SECONDS
        return min(max((first - clock.now()).total_seconds(), 0.0), LOOK_AGAIN_SECONDS)
