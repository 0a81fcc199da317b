"""Files that travel with one letter."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from regulars.outreach.models.touches import Touch


class Enclosure(models.Model):
    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="enclosures")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=("touch", "name"), name="outreach_enclosed_once")]

    def __str__(self) -> str:
        return self.name
