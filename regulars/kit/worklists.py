"""Due work that many workers take from one table: claimed in batches under a lease, done, put back or set aside."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from regulars.kit import clock, database

BACKOFF_FIRST_SECONDS = 10
BACKOFF_LONGEST_SECONDS = 6 * 60 * 60
ERROR_LENGTH = 2000


class Worklist(models.Model):
    """Columns and words of a table of due work.

    A table with its own words for its states overrides the four class attributes (and the `state` field).
    `attempts` counts claims, so that work which kills its worker is set aside too.
    """

    DUE: ClassVar[str] = "due"
    CLAIMED: ClassVar[str] = "claimed"
    DONE: ClassVar[str] = "done"
    SET_ASIDE: ClassVar[str] = "set aside"
    MAX_ATTEMPTS: ClassVar[int] = 8

    state = models.CharField(max_length=16, default="due")
    due_at = models.DateTimeField(default=clock.now)
    priority = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["state", "-priority", "due_at", "id"], name="%(app_label)s_%(class)s_due"),
            models.Index(fields=["state", "lease_until"], name="%(app_label)s_%(class)s_lease"),
        ]


Row = TypeVar("Row", bound=Worklist)


class LeaseLost(Exception):
    """The lease ran out and somebody else has this row now; whatever was about to be written must not be."""


def claim(rows: type[Row] | QuerySet[Row], *, limit: int, lease_seconds: float, worker: str) -> list[Row]:
    """Take up to `limit` due rows for `worker`, the most urgent first; nobody else gets them until the lease ends."""
    queryset: QuerySet[Row] = rows._base_manager.all() if isinstance(rows, type) else rows
    model = queryset.model
    now = clock.now()
    if not queryset.filter(_due(model, now) | _expired(model, now)).exists():
        return []
    with transaction.atomic():
        _take_back(queryset, now)
        return _claim(queryset, now, limit, lease_seconds, worker)


def _due(model: type[Worklist], now: Any) -> Q:
    return Q(state=model.DUE, due_at__lte=now)


def _expired(model: type[Worklist], now: Any) -> Q:
    return Q(state=model.CLAIMED, lease_until__lt=now)


def _take_back(queryset: QuerySet[Row], now: Any) -> None:
    """Return rows whose lease has ended."""
    _put_back(queryset.filter(_expired(queryset.model, now)))


def take_from(rows: QuerySet[Row], workers: Collection[str]) -> int:
    """Return what these workers hold, of whom it is certain that they are gone; how many rows."""
    held = rows.filter(state=rows.model.CLAIMED, leased_by__in=workers)
    if not workers or not held.exists():
        return 0
    with transaction.atomic():
        return _put_back(held)


def _put_back(expired: QuerySet[Row]) -> int:
    """Return rows whose worker died; a row that has killed too many workers is set aside."""
    model = expired.model
    ids = list(
        (expired.select_for_update(skip_locked=True) if database.is_postgres() else expired)
        .order_by("pk")
        .values_list("pk", flat=True)[:1000]
    )
    if not ids:
        return 0
    gone = model._base_manager.filter(pk__in=ids)
    gone.filter(attempts__gte=model.MAX_ATTEMPTS).update(
        state=model.SET_ASIDE,
        lease_until=None,
        leased_by="",
        last_error=gettext("The worker stopped in the middle of this too many times."),
    )
    gone.filter(state=model.CLAIMED).update(state=model.DUE, lease_until=None, leased_by="")
    return len(ids)


def _claim(queryset: QuerySet[Row], now: Any, limit: int, lease_seconds: float, worker: str) -> list[Row]:
    model = queryset.model
    wanted = queryset.filter(_due(model, now)).order_by("-priority", "due_at", "pk")
    if database.is_postgres():
        wanted = wanted.select_for_update(skip_locked=True, of=("self",))
    picked, parameters = wanted.values("pk")[:limit].query.sql_with_params()
    connection = database.connection()
    quote = connection.ops.quote_name
    table, pk = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    # The picked rows stand in a materialised CTE: PostgreSQL may otherwise run the LIMIT more than once.
    sql = (
        f"WITH picked(key) AS MATERIALIZED ({picked}) "
        f"UPDATE {table} SET state = %s, lease_until = %s, leased_by = %s, attempts = attempts + 1 "
        f"WHERE {pk} IN (SELECT picked.key FROM picked) RETURNING *"
    )
    until = connection.ops.adapt_datetimefield_value(now + timedelta(seconds=lease_seconds))
    taken = list(model._base_manager.raw(sql, [*parameters, model.CLAIMED, until, worker]))
    return sorted(taken, key=lambda row: (-row.priority, row.due_at, row.pk))


def renew(rows: Sequence[Row], *, lease_seconds: float) -> int:
    """Keep the leases of rows that take longer; returns how many are still ours."""
    until = clock.now() + timedelta(seconds=lease_seconds)
    return _ours(rows).update(lease_until=until) if rows else 0


def done(rows: Sequence[Row]) -> int:
    """Mark rows done. Call it in the transaction of their effect: LeaseLost undoes both, so the effect happens once."""
    if not rows:
        return 0
    with transaction.atomic():
        finished = _ours(rows).update(state=rows[0].DONE, lease_until=None, leased_by="", last_error="")
        if finished != len(rows):
            raise LeaseLost(f"{len(rows) - finished} of {len(rows)} rows were taken over by another worker")
    return finished


def give_back(rows: Sequence[Row]) -> int:
    """Return untouched rows (an orderly stop): due at once, the attempt not counted."""
    if not rows:
        return 0
    return _ours(rows).update(state=rows[0].DUE, lease_until=None, leased_by="", attempts=F("attempts") - 1)


def backoff_seconds(attempts: int, *, random: Callable[[], float] = chance.random) -> float:
    """How long to wait after this many attempts: doubling from 10 s to 6 h, spread over half to whole."""
    longest = min(BACKOFF_LONGEST_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** min(max(attempts - 1, 0), 20))
    return float(longest * (0.5 + random() / 2))


def reschedule(row: Row, error: str | BaseException, *, random: Callable[[], float] = chance.random) -> bool:
    """Put a failed row back with a growing pause, or set it aside after MAX_ATTEMPTS; True if it is tried again."""
    if row.attempts >= row.MAX_ATTEMPTS:
        set_aside(row, error)
        return False
    due_at = clock.now() + timedelta(seconds=backoff_seconds(row.attempts, random=random))
    _ours([row]).update(
        state=row.DUE, due_at=due_at, lease_until=None, leased_by="", last_error=str(error)[:ERROR_LENGTH]
    )
    return True


def set_aside(row: Row, error: str | BaseException) -> int:
    """Take a row out of the line until a person looks at it."""
    return _ours([row]).update(
        state=row.SET_ASIDE, lease_until=None, leased_by="", last_error=str(error)[:ERROR_LENGTH]
    )


def try_again(rows: QuerySet[Row]) -> int:
    """Put set-aside rows back in the line from the beginning: a person decided so."""
    model = rows.model
    return rows.filter(state=model.SET_ASIDE).update(state=model.DUE, due_at=clock.now(), attempts=0, last_error="")


def _ours(rows: Sequence[Row]) -> QuerySet[Row]:
    """The rows as far as they are still leased by the worker that claimed them."""
    first = rows[0]
    ids = [row.pk for row in rows]
    return type(first)._base_manager.filter(pk__in=ids, state=first.CLAIMED, leased_by=first.leased_by)
