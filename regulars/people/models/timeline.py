"""What happened, in the words of the room that knows; rebuildable from the rooms."""

from __future__ import annotations

from django.db import models

from .persons import Person


class TimelineEntry(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="timeline", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    room = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    text = models.CharField(max_length=500)

    class Meta:
        # Begins with the person, so that the same index serves their page.
        constraints = [
            models.UniqueConstraint(fields=["person", "room", "kind", "object_id"], name="timeline_entry_once")
        ]

    def __str__(self) -> str:
        return self.text
