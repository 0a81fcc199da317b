"""The nouns of intake: a file taken in, how its columns are read, what was refused, what it changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mapping(models.Model):
    """How the columns of one kind of header are read, as the owner last agreed to it."""

    header_key = models.CharField(max_length=64, unique=True)
    header: models.JSONField[Any, Any] = models.JSONField(default=list)
    format = models.CharField(max_length=40)
    fields: models.JSONField[Any, Any] = models.JSONField(default=dict)
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    file_name = models.CharField(max_length=255, blank=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-agreed_at"]

    def __str__(self) -> str:
        return self.file_name or self.format


class ImportRun(models.Model):
    """One file taken in: where it stands, what it counted, what to compare with the shop's own figures."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for your look")
        QUEUED = "queued", _("about to start")
        RUNNING = "running", _("being taken in")
        FINISHED = "finished", _("taken in")
        FAILED = "failed", _("could not be read")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    name = models.CharField(max_length=255)
    stored_as = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    format = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=60, blank=True)
    reading: models.JSONField[Any, Any] = models.JSONField(default=dict)
    mapping: models.JSONField[Any, Any] = models.JSONField(default=dict)
    options: models.JSONField[Any, Any] = models.JSONField(default=dict)

    rows = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    people_new = models.PositiveIntegerField(default=0)
    people_matched = models.PositiveIntegerField(default=0)
    people_refused = models.PositiveIntegerField(default=0)
    orders_new = models.PositiveIntegerField(default=0)
    orders_seen = models.PositiveIntegerField(default=0)
    orders_updated = models.PositiveIntegerField(default=0)
    orders_cancelled = models.PositiveIntegerField(default=0)
    orders_refused = models.PositiveIntegerField(default=0)
    refunds = models.PositiveIntegerField(default=0)
    skipped: models.JSONField[Any, Any] = models.JSONField(default=dict)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    earliest_on = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    was_first = models.BooleanField(default=False)
    from_inbox = models.BooleanField(default=False)

    cursor = models.PositiveIntegerField(default=0)
    cursor_person_id = models.BigIntegerField(null=True)
    units = models.PositiveIntegerField(default=0)
    people_after = models.BigIntegerField(null=True)
    orders_after = models.BigIntegerField(null=True)
    error = models.TextField(blank=True)
    job_id = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    added_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(source="typed in") & ~Q(digest=""), name="intake_typed_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=Q(from_inbox=True, state="waiting"), name="intake_arrived"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_settled(self) -> bool:
        return self.state in {self.State.FINISHED, self.State.FAILED, self.State.UNDONE}

    @property
    def refused_count(self) -> int:
        return self.people_refused + self.orders_refused


class RefusedRow(models.Model):
    """A row that was not taken in: its number as the spreadsheet shows it, why, and what it said."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refused_rows")
    row_number = models.PositiveIntegerField()
    reason = models.TextField()
    cells: models.JSONField[Any, Any] = models.JSONField(default=list)
    mended_in = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["row_number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "row_number"], name="intake_refused_once"),
        ]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.reason}"


class RunEffect(models.Model):
    """What one stretch of a run made (ids as ranges) or changed (as it stood before), for undo."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="effects")
    kind = models.CharField(max_length=20)
    made: models.JSONField[Any, Any] = models.JSONField(default=list)
    before: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.kind}"


class Telling(models.Model):
    """What a source told of somebody when it was last taken in, as one number, and how they stood then: while neither
    changes, the same told again is no news and need not be looked at."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=60)
    fingerprint = models.BigIntegerField()
    change_number = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "source"], name="intake_telling_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.person_id}"


class Question(models.Model):
    """Something only the owner can tell, asked once, with a usual answer and why it matters."""

    run = models.ForeignKey(ImportRun, null=True, on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=40)
    text = models.TextField()
    why = models.TextField(blank=True)
    choices: models.JSONField[Any, Any] = models.JSONField(default=list)
    usual = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "kind"], name="intake_question_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["asked_at"], condition=Q(answered_at=None), name="intake_question_open"),
        ]

    def __str__(self) -> str:
        return self.text


class Feed(models.Model):
    """One kind of file that is put into the watched folder again and again, and how often it should come."""

    header_key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    every_days = models.PositiveSmallIntegerField(default=7)
    last_taken_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    due_mark = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_on", "id"], condition=Q(due_on__isnull=False), name="intake_feed_due"),
        ]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """One content that was put into the watched folder, taken up once whatever it is called and however often."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    problem = models.TextField(blank=True)
    arrived_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.name
