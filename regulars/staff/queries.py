"""Reads: who works here, and pages of the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role

PAGE_LENGTH = 50
LOOKED_AT = 20


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


def who_changed(action: str, **about: int | str) -> dict[str, str]:
    """Return, for each field changed lately, who did it and how long ago, in words. One query."""
    rows = AuditEntry.objects.filter(action=action, changes__isnull=False, **about).order_by("-id")
    found: dict[str, str] = {}
    for row in rows[:LOOKED_AT]:
        words = _("%(who)s changed it %(ago)s ago") % {
            "who": row.user_name or _("the house"),
            "ago": timesince(row.at, clock.now(), depth=1),
        }
        for name, _before, _after in row.changes or ():
            found.setdefault(name, words)
    return found
