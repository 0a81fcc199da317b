"""Reads: who works here, and pages of the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role

PAGE_LENGTH = 50


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


def log_page(*, user_id: int | None = None, person_id: int | None = None, before: int | None = None) -> LogPage:
    """One page of the log, found by key however long the log is. One query."""
    entries = AuditEntry.objects.order_by("-id")
    if user_id is not None:
        entries = entries.filter(user_id=user_id)
    if person_id is not None:
        entries = entries.filter(person_id=person_id)
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: PAGE_LENGTH + 1])
    page = found[:PAGE_LENGTH]
    return LogPage(page, page[-1].pk if len(found) > PAGE_LENGTH else None)
