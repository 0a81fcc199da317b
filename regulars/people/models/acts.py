"""What was done to many people at once, and to whom, so that it can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .persons import Person


class BulkAct(models.Model):
    """One act for many. `facts` says with what (the tag, the kind, the day); `done` and `total` how far it is."""

    class Kind(models.TextChoices):
        TAG = "tag", _("tagged")
        UNTAG = "untag", _("tag taken off")
        KIND = "kind", _("what they are to us")
        QUIET = "quiet", _("left alone")
        MERGE = "merge", _("made one")

    class State(models.TextChoices):
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    facts = models.JSONField(default=dict)
    asked = models.JSONField(default=dict)
    total = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="bulk_act_lately")]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"


class BulkActRow(models.Model):
    """One person an act changed, and what stood there before and was written."""

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="rows", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "person"], name="bulk_act_row_once")]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.person_id}"
