"""When everybody was last graded, and with what result."""

from __future__ import annotations

from django.db import models


class Grading(models.Model):
    """The last grading of everybody. There is at most one row, number 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    as_of = models.DateField()
    graded_at = models.DateTimeField()
    people = models.IntegerField()
    buyers = models.IntegerField()
    groups = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="grading_one_row")]

    def __str__(self) -> str:
        return f"{self.as_of}: {self.people}"
