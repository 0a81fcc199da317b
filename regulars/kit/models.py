"""The tables of the kit."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from regulars.kit import clock
from regulars.kit.business import Business
from regulars.kit.secrets import EncryptedTextField
from regulars.kit.worklists import Worklist

__all__ = [
    "BackupRecord",
    "Business",
    "Counter",
    "HandlerCursor",
    "Heartbeat",
    "Job",
    "Keeping",
    "Notice",
    "Schedule",
    "SecondPlace",
    "SetAside",
    "Worry",
]


class Counter(models.Model):
    """A number that only grows, by name: `change_number` (SQLite) and `epoch_offset` (set by restore and move)."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Notice(models.Model):
    """One piece of news, stored in the transaction that made it true. Read in the order (position, id)."""

    position = models.BigIntegerField()
    kind = models.CharField(max_length=120)
    content = models.JSONField()
    posted_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["position", "id"], name="kit_notice_order"),
            models.Index(fields=["posted_at"], name="kit_notice_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class HandlerCursor(models.Model):
    """How far one handler has read. The lease is on this row, so that each handler hears things in order."""

    name = models.CharField(max_length=120, primary_key=True)
    position = models.BigIntegerField(default=0)
    notice_id = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    failing_notice_id = models.BigIntegerField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    moved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SetAside(models.Model):
    """A notice that a handler could not take, kept with its content until a person decides."""

    handler = models.CharField(max_length=120)
    notice_id = models.BigIntegerField()
    kind = models.CharField(max_length=120)
    content = models.JSONField()
    error = models.TextField()
    tries = models.PositiveIntegerField()
    set_aside_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handler", "notice_id"], name="kit_setaside_once")]

    def __str__(self) -> str:
        return f"{self.handler}: {self.kind} {self.notice_id}"


class Job(Worklist):
    """One task to run once, soon or later; the long ones in a child process."""

    FAILED: ClassVar[str] = "failed"
    CANCELLED: ClassVar[str] = "cancelled"
    OPEN: ClassVar[tuple[str, str]] = ("due", "claimed")
    MAX_ATTEMPTS: ClassVar[int] = 5

    task_path = models.CharField(max_length=200)
    queue = models.CharField(max_length=40, default="default")
    backend = models.CharField(max_length=40, default="default")
    key = models.CharField(max_length=120, blank=True, default="")
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    enqueued_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    last_attempted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    worker_ids = models.JSONField(default=list)
    result = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_sentence = models.CharField(max_length=300, blank=True, default="")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta(Worklist.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["due", "claimed"]) & ~Q(key=""), name="kit_job_one_open_a_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_path} {self.pk}"


class Schedule(models.Model):
    """Recurring work: when it is due next. Claimed by whoever moves `next_at` first."""

    name = models.CharField(max_length=120, primary_key=True)
    cron = models.CharField(max_length=80)
    zone = models.CharField(max_length=64)
    next_at = models.DateTimeField(db_index=True)
    last_due_at = models.DateTimeField(null=True, blank=True)
    last_finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """The last sign of life of one worker."""

    worker = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)
    last_error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.worker


class BackupRecord(models.Model):
    """A backup that was taken, or the reason why it was not."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    why = models.CharField(max_length=20)
    path = models.CharField(max_length=500, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    is_encrypted = models.BooleanField(default=False)
    error = models.TextField(blank=True, default="")
    proved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.why}"


class SecondPlace(models.Model):
    """Where a copy of each night's backup goes: a stick, a folder on another computer. There is at most one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    folder = models.CharField(max_length=500)
    passphrase = EncryptedTextField(blank=True, default="")
    chosen_at = models.DateTimeField(default=clock.now)
    copied_at = models.DateTimeField(null=True, blank=True)
    copied_name = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kit_second_place_one_row")]

    def __str__(self) -> str:
        return self.folder


class Worry(models.Model):
    """Something the house found wrong with itself when it last looked; the row goes when it is in order again."""

    key = models.CharField(max_length=40, primary_key=True)
    sentence = models.TextField()
    since = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.sentence


class Keeping(models.Model):
    """How long one kind of thing is kept; `days` 0 keeps it for ever. `tidied_until`: everything before is done."""

    kind = models.CharField(max_length=20, primary_key=True)
    days = models.PositiveIntegerField()
    tidied_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
