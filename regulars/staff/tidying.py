"""What is swept up at night: sessions that ran out, and looks older than a year. What was changed stays in the log."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from regulars.kit.keeping import kept_from
from regulars.kit.schedules import every
from regulars.staff.models import AuditEntry

LOOKS_KEPT_DAYS = 366
SLICE = 2000


@every("sweep sessions and old looks", cron="20 4 * * *")
def sweep() -> None:
    """Remove in slices, so that nobody waits for the database."""
    SessionStore.clear_expired()
    before = kept_from("looks", LOOKS_KEPT_DAYS)
    if before is None:
        return
    old = AuditEntry.objects.filter(action="see_person", at__lt=before)
    while slice_ids := list(old.order_by("id").values_list("pk", flat=True)[:SLICE]):
        AuditEntry.objects.filter(pk__in=slice_ids).delete()
