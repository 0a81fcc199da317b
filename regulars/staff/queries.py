"""Reads: who works here, and pages of the log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role

PAGE_LENGTH = 50
LOOKED_AT = 20
LATE = 200


def is_inhabited() -> bool:
    """Has anybody an account? Before that, the first run is still to come, whatever the terminal took in. One query."""
    return bool(User.objects.exists())


def colleagues() -> QuerySet[User]:
    """Everybody with an account, open accounts first, owners first. One query."""
    rank = Case(*[When(role=role, then=Value(place)) for place, role in enumerate(Role)], output_field=IntegerField())
    everybody: QuerySet[User] = User.objects.order_by("-is_active", rank, "display_name", "pk")
    return everybody


@dataclass(frozen=True)
class LogPage:
    """Some lines of the log, newest first, and where the next page begins."""

    entries: list[AuditEntry]
    older_than: int | None


def log_page(
    *,
    user_id: int | None = None,
    person_id: int | None = None,
    before: int | None = None,
    actions: Collection[str] = (),
    on: date | None = None,
) -> LogPage:
    """One page of the log, found by key however long the log is.

    One query; with `actions` one for each of them, so that a rare one is found among a million others; two more with a
    day.
    """
    entries = AuditEntry.objects.order_by("-id")
    if user_id is not None:
        entries = entries.filter(user_id=user_id)
    if person_id is not None:
        entries = entries.filter(person_id=person_id)
    if before is not None:
        entries = entries.filter(id__lt=before)
    if on is not None:
        entries = _on_day(entries, on)
    found = _newest(entries, actions)
    page = found[:PAGE_LENGTH]
    return LogPage(page, page[-1].pk if len(found) > PAGE_LENGTH else None)


def _newest(entries: QuerySet[AuditEntry], actions: Collection[str]) -> list[AuditEntry]:
    if not actions:
        return list(entries[: PAGE_LENGTH + 1])
    found = [entry for action in actions for entry in entries.filter(action=action)[: PAGE_LENGTH + 1]]
    return sorted(found, key=lambda entry: -entry.pk)[: PAGE_LENGTH + 1]


def _on_day(entries: QuerySet[AuditEntry], on: date) -> QuerySet[AuditEntry]:
    """Narrow to one day by number, not by reading backwards to it. A look is written a few seconds late: hence LATE."""
    begin, end = clock.start_of(on), clock.end_of(on)
    inside = AuditEntry.objects.filter(at__gte=begin, at__lt=end)
    first = list(inside.order_by("at").values_list("pk", flat=True)[:LATE])
    last = list(inside.order_by("-at").values_list("pk", flat=True)[:LATE])
    if not first:
        return entries.none()
    return entries.filter(id__gte=min(first), id__lte=max(last), at__gte=begin, at__lt=end)


def who_changed(action: str, **about: int | str) -> dict[str, str]:
    """Return, for each field changed lately, who did it and how long ago, in words. One query."""
    rows = AuditEntry.objects.filter(action=action, changes__isnull=False, **about).order_by("-id")
    found: dict[str, str] = {}
    for row in rows[:LOOKED_AT]:
        words = _changed_words(row)
        for name, _before, _after in row.changes or ():
            found.setdefault(name, words)
    return found


def _changed_words(row: AuditEntry) -> str:
    who, now = row.user_name or _("The house"), clock.now()
    if now - row.at < timedelta(minutes=1):
        return _("%(who)s changed it a moment ago") % {"who": who}
    return _("%(who)s changed it %(ago)s ago") % {"who": who, "ago": timesince(row.at, now, depth=1)}
