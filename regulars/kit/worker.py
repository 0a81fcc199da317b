"""The one loop that does what is due: news, schedules, jobs and what rooms poll for."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connections, transaction

from regulars.kit import bulletin, clock, jobs, lifelines, schedules, worklists
from regulars.kit.business import in_our_language
from regulars.kit.children import Children
from regulars.kit.models import Heartbeat, Job
from regulars.kit.waking import bell, wake

log = logging.getLogger("regulars.worker")

IDLE_SECONDS = 1.0
BEAT_SECONDS = 10.0
LEFT_BEHIND_SECONDS = 5.0
QUIET_AFTER_SECONDS = 60.0
__all__ = ["poller", "run_worker", "stop_requested", "wake"]


@dataclass(frozen=True, slots=True)
class Poller:
    name: str
    seconds: float
    poll: Callable[[], int]
    is_beside: bool = False


_pollers: dict[str, Poller] = {}


def poller(name: str, *, seconds: float, is_beside: bool = False) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Call a function every so often; it returns how much it did, and is called again at once while that is not 0.

    What `is_beside` has a thread of its own, so that it waits for nothing else in the worker, and nothing for it.
    """

    def register(poll: Callable[[], int]) -> Callable[[], int]:
        known = _pollers.get(name)
        if known and known.poll.__qualname__ != poll.__qualname__:
            raise ValueError(f"Two pollers are called {name!r}.")
        _pollers[name] = Poller(name, seconds, poll, is_beside)
        return poll

    return register


def worker_name() -> str:
    """A name that no other worker has, now or later: host, process and four random bytes."""
    return f"{lifelines.this_host()}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class Turns:
    """When each part has its next turn."""

    due: dict[str, float] = field(default_factory=dict)

    def ready(self, every: Poller) -> bool:
        return time.monotonic() >= self.due.get(every.name, 0.0)

    def took(self, every: Poller, count: int) -> None:
        self.due[every.name] = time.monotonic() + (0.0 if count else every.seconds)


_stopping = threading.local()


def stop_requested() -> bool:
    """Should a long poller break off, because the worker is being stopped?"""
    event: threading.Event | None = getattr(_stopping, "event", None)
    return event is not None and event.is_set()


def run_worker(stop: threading.Event, once: bool = False) -> int:
    """Work until `stop` is set, or with `once` until nothing is due any more; returns how much was done.

    A fault in one part is logged, shown on the health page and does not stop the others.
    """
    name = worker_name()
    with lifelines.begun(name):
        return _work(name, stop, once)


def _work(name: str, stop: threading.Event, once: bool) -> int:
    _stopping.event = stop
    parts, turns, children = _parts(name), Turns(), Children(name)
    beat = Beat(name)
    total = 0
    beside = [] if once else [_Beside(part, stop, beat) for part in parts if part.is_beside]
    parts = [part for part in parts if once or not part.is_beside]
    try:
        while not stop.is_set():
            bell.clear()
            beat()
            done = sum(_turn(part, turns, beat, once, stop) for part in parts)
            done += _guarded("heavy jobs", children.tend, beat)
            total += done
            if once and not done and not children.are_running():
                break
            if not done:
                bell.wait(0.05 if once else IDLE_SECONDS)
            _close_old_connections()
    finally:
        children.stop()
        for one in beside:
            one.join()
        beat.end()
        _stopping.event = None
    return total


def _parts(name: str) -> list[Poller]:
    """The kit's own work first, then the rooms', in the order of their names."""
    return [
        Poller("left behind", LEFT_BEHIND_SECONDS, take_from_the_gone),
        Poller("schedules", 0.0, schedules.Ticker()),
        Poller("bulletin", 0.0, lambda: bulletin.deliver_due(worker=name)),
        Poller("jobs", 0.0, lambda: jobs.run_due(name)),
        *(_pollers[key] for key in sorted(_pollers)),
    ]


class _Beside(threading.Thread):
    """One part in a thread of its own, until the worker is stopped."""

    def __init__(self, part: Poller, stop: threading.Event, beat: Beat) -> None:
        super().__init__(name=part.name, daemon=True)
        self.part, self.stop, self.beat = part, stop, beat
        self.start()

    def run(self) -> None:
        _stopping.event = self.stop
        while not self.stop.is_set():
            if not _guarded(self.part.name, self.part.poll, self.beat):
                self.stop.wait(self.part.seconds)
            _close_old_connections()
        connections.close_all()


def _turn(part: Poller, turns: Turns, beat: Beat, once: bool, stop: threading.Event) -> int:
    if stop.is_set() or not (once or turns.ready(part)):
        return 0
    done = _guarded(part.name, part.poll, beat)
    turns.took(part, done)
    return done


def take_from_the_gone() -> int:
    """Give back what workers of this machine held who are gone with all their children, before their leases end."""
    with lifelines.gone() as workers:
        return bulletin.let_go_of(workers) + worklists.take_from(Job.objects.all(), workers)


def _close_old_connections() -> None:
    """Let go of connections that are old or broken, as a web request does at its end."""
    for link in connections.all(initialized_only=True):
        if not link.in_atomic_block:
            link.close_if_unusable_or_obsolete()


def _guarded(name: str, act: Callable[[], int], beat: Beat) -> int:
    try:
        with in_our_language():
            return act()
    except Exception as fault:
        log.exception("%s failed in the worker", name)
        beat.note(f"{name}: {type(fault).__name__}: {fault}")
        return 0


class Beat:
    """Writes the worker's sign of life now and then."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started_at = clock.now()
        self.due, self.error = 0.0, ""

    def note(self, error: str) -> None:
        if error[:2000] != self.error:
            self.error, self.due = error[:2000], 0.0

    def __call__(self) -> None:
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + BEAT_SECONDS
        values = {"started_at": self.started_at, "beat_at": clock.now(), "last_error": self.error}
        try:
            with transaction.atomic():
                Heartbeat.objects.update_or_create(worker=self.name, defaults=values)
                Heartbeat.objects.filter(beat_at__lt=clock.now() - timedelta(days=7)).delete()
        except Exception:
            log.exception("the worker could not write its sign of life")

    def end(self) -> None:
        """Leave the last beat standing, so that the health page can say when it was."""
        self.due = 0.0
        self()


def start_inside() -> threading.Thread:
    """Run the worker in a thread of the web process; of several web processes on this machine one does.

    Whoever holds the lock on the data folder's `worker.lock` works; the others stand by and take over when it ends.
    """
    from regulars.kit.standing_by import hold_the_lock

    def work() -> None:
        stop = threading.Event()
        with hold_the_lock(stop):
            run_worker(stop)
        connections.close_all()

    thread = threading.Thread(target=work, name="regulars-worker", daemon=True)
    thread.start()
    return thread


def workers(*, within_seconds: float = 6 * BEAT_SECONDS) -> Iterator[Heartbeat]:
    """Who has worked lately."""
    yield from Heartbeat.objects.filter(beat_at__gte=clock.now() - timedelta(seconds=within_seconds))
