"""What is swept up at night: sessions that ran out, and looks older than a year. What was changed stays in the log."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

from regulars.kit import clock
from regulars.kit.schedules import every
from regulars.staff.models import AuditEntry

LOOKS_KEPT = timedelta(days=366)
SLICE = 2000


@every("sweep sessions and old looks", cron="20 4 * * *")
def sweep() -> None:
    """Remove in slices, so that nobody waits for the database."""
    SessionStore.clear_expired()
    old = AuditEntry.objects.filter(action="see_person", at__lt=clock.now() - LOOKS_KEPT)
    while slice_ids := list(old.order_by("id").values_list("pk", flat=True)[:SLICE]):
        AuditEntry.objects.filter(pk__in=slice_ids).delete()
