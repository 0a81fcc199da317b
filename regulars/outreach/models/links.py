"""That a link of a letter was followed: only of programmes for which the owner asked to count."""

from __future__ import annotations

from django.db import models

from regulars.outreach.models.touches import Touch


class LinkFollowed(models.Model):
    """Somebody followed the link at this place of a letter, once however often. Never part of a grade or a filter."""

    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("touch", "place"), name="outreach_followed_once")]
        indexes = [models.Index(fields=("at",), name="outreach_followed_by_age")]

    def __str__(self) -> str:
        return f"{self.touch_id}.{self.place}"
