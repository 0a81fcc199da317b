"""What was taken out of somebody's page by hand, kept for a day so that it can be put back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .persons import Person


class Removal(models.Model):
    """One row that was taken out, whole, as `people.moving` writes it down."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    table = models.CharField(max_length=60)
    row_id = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    put_back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
