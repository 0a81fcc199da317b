"""What the log holds of somebody who is erased: that something was done stays, the words about them go."""

from __future__ import annotations

from collections.abc import Collection

from regulars.kit.sweeping import holding
from regulars.staff.models import AuditEntry


class LogSweep:
    """The lines that hold one of these texts: found now, blanked inside the caller's transaction."""

    def __init__(self, texts: Collection[str]) -> None:
        self.found = holding(AuditEntry.objects.exclude(text="", changes=None), ("text", "changes"), texts)

    def clear(self, person_ids: Collection[int]) -> None:
        """Blank those lines and every line about these people."""
        AuditEntry.objects.filter(pk__in=self.found).update(text="", changes=None)
        AuditEntry.objects.filter(person_id__in=person_ids).update(text="", changes=None)
