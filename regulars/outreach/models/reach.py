"""How many people may be written to, as last counted: of a large book it is counted at night."""

from __future__ import annotations

from typing import Any

from django.db import models


class ReachCount(models.Model):
    """Sums only, and the day they were counted. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted_at = models.DateTimeField()
    found: models.JSONField[Any, Any] = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.counted_at:%Y-%m-%d}"
