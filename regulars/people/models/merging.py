"""Two records of one person made one, with all it takes to part them again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .persons import Person


class Merge(models.Model):
    keep = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} into {self.keep_id}"


class MovedRow(models.Model):
    """One row a room moved, changed, removed or made for a merge, with what stood there before."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moved_rows")
    room = models.CharField(max_length=30)
    table = models.CharField(max_length=60)
    row_id = models.CharField(max_length=40)
    change = models.CharField(max_length=8)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.room} {self.table} {self.row_id} {self.change}"
