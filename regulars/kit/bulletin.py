"""News from lower rooms to upper ones: stored in the transaction that makes it true, delivered by the worker.

A room posts frozen dataclasses of primitives; a handler of an upper room hears them in batches, in the order in which
they were posted, at least once. What a handler cannot take is isolated, tried again and then set aside for a person.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from regulars.kit import changes, clock, database
from regulars.kit.event_text import from_primitives, kind_of, to_primitives
from regulars.kit.leases import kept
from regulars.kit.models import HandlerCursor, Notice, SetAside
from regulars.kit.waking import wake_after_commit

log = logging.getLogger("regulars.bulletin")

LEASE_SECONDS = 60
TRIES = 5
TRIES_WHEN_THE_DATABASE_IS_AWAY = 12
PAUSE_LONGEST_SECONDS = 300
KEPT_DAYS = 30

Handle = Callable[[Sequence[Any]], object]


@dataclass(frozen=True, slots=True)
class Handler:
    """One hearer of news. `in_transaction`: handler and cursor commit together, so its rows are written once."""

    name: str
    kinds: frozenset[str]
    handle: Handle
    batch: int
    in_transaction: bool


_handlers: dict[str, Handler] = {}
# A plain statement: a worker posts some at every round of letters.
_POST = "INSERT INTO kit_notice (position, kind, content, posted_at) VALUES (%s, %s, %s, %s)"


def hears(*events: type, name: str, batch: int = 500, in_transaction: bool = False) -> Callable[[Handle], Handle]:
    """Register a handler; `name` is its cursor for ever: renaming it makes a new handler that starts at the end.

    A handler must be safe to repeat. `in_transaction` is for short ones that only write to the database.
    """

    kinds = frozenset(kind_of(event) for event in events)

    def register(handle: Handle) -> Handle:
        known = _handlers.get(name)
        if known and _path(known.handle) != _path(handle):
            raise ValueError(f"Two handlers are called {name!r}.")
        _handlers[name] = Handler(name, kinds, handle, batch, in_transaction)
        return handle

    return register


def _path(function: Handle) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def handlers() -> list[Handler]:
    """Everyone who hears, by name."""
    return [_handlers[name] for name in sorted(_handlers)]


def post(*events: object) -> None:
    """Store news in the open transaction; it is delivered if and only if that commits."""
    if not database.connection().in_atomic_block:
        raise RuntimeError("News is posted inside the transaction that makes it true.")
    if not events:
        return
    position = changes.next_position()
    link = database.connection()
    content, at = Notice._meta.get_field("content"), link.ops.adapt_datetimefield_value(clock.now())
    rows = [
        (position, kind_of(type(event)), content.get_db_prep_save(to_primitives(event), link), at) for event in events
    ]
    with link.cursor() as cursor:
        cursor.executemany(_POST, rows)
    wake_after_commit()


def enrol() -> None:
    """Give every handler its cursor. In a new house it starts at the beginning, a later one at the end."""
    missing = set(_handlers) - set(HandlerCursor.objects.values_list("name", flat=True))
    if not missing:
        return
    position, notice_id = _end() if HandlerCursor.objects.exists() else (0, 0)
    HandlerCursor.objects.bulk_create(
        [HandlerCursor(name=name, position=position, notice_id=notice_id) for name in sorted(missing)],
        ignore_conflicts=True,
    )


def _end() -> tuple[int, int]:
    last = Notice.objects.order_by("-position", "-id").values_list("position", "id").first()
    return last or (0, 0)


def deliver_due(limit: int = 2000, *, worker: str = "") -> int:
    """Bring every handler up to `limit` notices further; returns how many were delivered."""
    worker = worker or f"once-{secrets.token_hex(4)}"
    enrol()
    end = _end()
    now = clock.now()
    behind = [
        cursor.name
        for cursor in HandlerCursor.objects.filter(name__in=_handlers).order_by("name")
        if (cursor.position, cursor.notice_id) < end and _is_free(cursor, now)
    ]
    return sum(_deliver(_handlers[name], limit, worker) for name in behind)


def _is_free(cursor: HandlerCursor, now: datetime) -> bool:
    return (cursor.lease_until is None or cursor.lease_until < now) and (
        cursor.retry_at is None or cursor.retry_at <= now
    )


class _CursorLost(Exception):
    """Another worker has taken this handler over."""


def _deliver(handler: Handler, limit: int, worker: str) -> int:
    cursor = _lease(handler, worker)
    if cursor is None:
        return 0
    delivered = 0
    try:
        with kept(lambda: _renew(handler, worker), every_seconds=LEASE_SECONDS / 3):
            while delivered < limit:
                notices, next_place = _next_batch(handler, cursor)
                if not notices:
                    _move(cursor, *next_place)
                    break
                went = _deliver_batch(handler, cursor, notices)
                delivered += went
                if went < len(notices):
                    break
    except _CursorLost:
        log.warning("handler %s was taken over by another worker", handler.name)
    finally:
        HandlerCursor.objects.filter(name=handler.name, leased_by=worker).update(lease_until=None, leased_by="")
    return delivered


def _lease(handler: Handler, worker: str) -> HandlerCursor | None:
    now = clock.now()
    taken = (
        HandlerCursor.objects.filter(name=handler.name)
        .filter(Q(lease_until=None) | Q(lease_until__lt=now), Q(retry_at=None) | Q(retry_at__lte=now))
        .update(lease_until=now + timedelta(seconds=LEASE_SECONDS), leased_by=worker)
    )
    return HandlerCursor.objects.get(name=handler.name) if taken else None


def let_go_of(workers: Collection[str]) -> int:
    """End the leases of workers of whom it is certain that they are gone; returns how many handlers go on."""
    if not workers:
        return 0
    return HandlerCursor.objects.filter(leased_by__in=workers).update(lease_until=None, leased_by="")


def _renew(handler: Handler, worker: str) -> bool:
    until = clock.now() + timedelta(seconds=LEASE_SECONDS)
    return bool(HandlerCursor.objects.filter(name=handler.name, leased_by=worker).update(lease_until=until))


def _next_batch(handler: Handler, cursor: HandlerCursor) -> tuple[list[Notice], tuple[int, int]]:
    """The next notices for this handler, and the place before which there is nothing else for it."""
    readable = Notice.objects.order_by("position", "id")
    if database.is_postgres():
        # First the horizon, then the rows: every transaction below it has ended and is seen by the second query.
        horizon = changes.horizon()
        readable = readable.filter(position__lt=horizon)
        place = (horizon - 1, 2**62)
    else:
        place = _end()
    after = Q(position=cursor.position, id__gt=cursor.notice_id) | Q(position__gt=cursor.position)
    notices = readable.filter(after, position__gte=cursor.position, kind__in=handler.kinds)[: handler.batch]
    return list(notices), max(place, (cursor.position, cursor.notice_id))


def _deliver_batch(handler: Handler, cursor: HandlerCursor, notices: list[Notice]) -> int:
    """Deliver in order; halve a batch that fails until the one at fault stands alone. Returns how many are done."""
    waiting = [notices]
    if cursor.failing_notice_id == notices[0].pk and len(notices) > 1:
        waiting = [notices[1:], notices[:1]]
    behind = 0
    while waiting:
        part = waiting.pop()
        try:
            _hand_over(handler, cursor, part)
        except _CursorLost:
            raise
        except Exception as fault:
            if len(part) > 1:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
                continue
            if not _failed(handler, cursor, part[0], fault):
                break
        behind += len(part)
    return behind


def _hand_over(handler: Handler, cursor: HandlerCursor, notices: list[Notice]) -> None:
    together = handler.in_transaction or database.connection().in_atomic_block
    last = notices[-1]
    with transaction.atomic() if together else nullcontext():
        handler.handle([_event(notice.kind, notice.content) for notice in notices])
        _move(cursor, last.position, last.pk)


def _event(kind: str, content: dict[str, Any]) -> Any:
    return from_primitives(import_string(kind), content)


def _move(cursor: HandlerCursor, position: int, notice_id: int) -> None:
    if (position, notice_id) == (cursor.position, cursor.notice_id):
        return
    moved = HandlerCursor.objects.filter(name=cursor.name, leased_by=cursor.leased_by).update(
        position=position,
        notice_id=notice_id,
        failing_notice_id=None,
        tries=0,
        retry_at=None,
        last_error="",
        moved_at=clock.now(),
    )
    if not moved:
        raise _CursorLost
    cursor.position, cursor.notice_id, cursor.failing_notice_id, cursor.tries = position, notice_id, None, 0


def _failed(handler: Handler, cursor: HandlerCursor, notice: Notice, fault: Exception) -> bool:
    """Count the try; True when the notice was set aside, so that the rest can go on."""
    tries = cursor.tries + 1 if cursor.failing_notice_id == notice.pk else 1
    error = f"{type(fault).__name__}: {fault}"[:2000]
    log.error("handler %s failed on notice %s (try %s)", handler.name, notice.pk, tries, exc_info=fault)
    allowed = TRIES_WHEN_THE_DATABASE_IS_AWAY if isinstance(fault, OperationalError) else TRIES
    if tries >= allowed:
        with transaction.atomic():
            SetAside.objects.update_or_create(
                handler=handler.name,
                notice_id=notice.pk,
                defaults={
                    "kind": notice.kind,
                    "content": notice.content,
                    "error": error,
                    "tries": tries,
                    "set_aside_at": clock.now(),
                    "settled_at": None,
                    "outcome": "",
                },
            )
            _move(cursor, notice.position, notice.pk)
        return True
    pause = min(2 ** (tries - 1), PAUSE_LONGEST_SECONDS)
    cursor.failing_notice_id, cursor.tries = notice.pk, tries
    HandlerCursor.objects.filter(name=cursor.name, leased_by=cursor.leased_by).update(
        failing_notice_id=notice.pk, tries=tries, last_error=error, retry_at=clock.now() + timedelta(seconds=pause)
    )
    return False


def set_aside_notices() -> list[SetAside]:
    """What a person has to decide about, oldest first. One query."""
    return list(SetAside.objects.filter(settled_at=None).order_by("set_aside_at", "id")[:200])


def retry(set_aside_id: int) -> bool:
    """Hand a set-aside notice to its handler once more; True when it took it. Out of order by nature."""
    row = SetAside.objects.get(pk=set_aside_id)
    handler = _handlers.get(row.handler)
    if row.settled_at or handler is None:
        return row.outcome == "delivered"
    try:
        with transaction.atomic():
            handler.handle([_event(row.kind, row.content)])
            settled = SetAside.objects.filter(pk=row.pk, settled_at=None)
            settled.update(settled_at=clock.now(), outcome="delivered")
    except Exception as fault:
        log.error("handler %s failed again on notice %s", row.handler, row.notice_id, exc_info=fault)
        SetAside.objects.filter(pk=row.pk).update(error=f"{type(fault).__name__}: {fault}"[:2000], tries=row.tries + 1)
        return False
    return True


def let_go(set_aside_id: int) -> None:
    """Decide that a set-aside notice is not needed."""
    SetAside.objects.filter(pk=set_aside_id, settled_at=None).update(settled_at=clock.now(), outcome="let go")


def tidy(*, kept_days: int = KEPT_DAYS, slice_size: int = 5000) -> int:
    """Remove notices that every handler has heard and that are older than `kept_days`; in slices. Returns how many."""
    enrol()
    slowest = HandlerCursor.objects.filter(name__in=_handlers).order_by("position", "notice_id").first()
    old = Notice.objects.filter(posted_at__lt=clock.now() - timedelta(days=kept_days))
    if slowest is not None:
        at = slowest.position
        old = old.filter(Q(position__lt=at) | Q(position=at, id__lte=slowest.notice_id))
    removed = 0
    while ids := list(old.order_by("position", "id").values_list("pk", flat=True)[:slice_size]):
        removed += Notice.objects.filter(pk__in=ids).delete()[0]
    return removed
