"""How far people have come with the shop, step by step, as it was last counted."""

from __future__ import annotations

from django.db import models


class Step(models.TextChoices):
    """From the first question to a friend who was sent."""

    ASKED = "asked"
    FIRST = "first"
    SECOND = "second"
    REGULAR = "regular"
    SENDER = "sender"


class StepCount(models.Model):
    """The last count. There is at most one row, number 1; `counts` is `services.steps.Steps` as JSON."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    as_of = models.DateField()
    counted_at = models.DateTimeField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="stepcount_one_row")]

    def __str__(self) -> str:
        return str(self.as_of)
