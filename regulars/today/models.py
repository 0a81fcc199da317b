"""What somebody decided about a line of the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _


class Choice(models.TextChoices):
    EDITED = "edited", _("other words")
    SNOOZED = "snoozed", _("put off")
    SKIPPED = "skipped", _("not this time")
    APPROVED = "approved", _("approved")
    DONE = "done", _("done")


OPEN_CHOICES = (Choice.EDITED, Choice.SNOOZED)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def closing(self, on: date) -> DecisionQuerySet:
        """Decisions that keep their line off the page on that day."""
        return self.filter(~Q(choice=Choice.EDITED), ~Q(choice=Choice.SNOOZED, until__lte=on))

    def of_lines(self, keys: Iterable[str]) -> DecisionQuerySet:
        """The decisions of these lines; a key that names none finds none."""
        condition = Q(pk__in=())
        for key in keys:
            kind, subject_id, occurrence = (*key.split(":", 2), "", "")[:3]
            if subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 19:
                condition |= Q(kind=kind, subject_id=subject_id, occurrence=occurrence)
        return self.filter(condition)

    def open_lines(self, kind: str, on: date, subject: str = "pk", occurrence: object = "") -> Q:
        """The condition that a row (its `subject` column) has no closing decision of this kind and occurrence."""
        return _open_lines(kind, on, subject, occurrence)


@lru_cache(maxsize=128)
def _open_lines(kind: str, on: date, subject: str, occurrence: object) -> Q:
    """The same condition for every request of a day; putting it together costs more than asking it."""
    closed = Decision.objects.closing(on).filter(kind=kind, subject_id=OuterRef(subject), occurrence=occurrence)
    return Q(~Exists(closed))


class Decision(models.Model):
    """One answer to one line, known by (kind, subject, occurrence): an order, an occasion in a year, a silence.

    A line put off comes back on `until`; other words stay with the line until it is approved. What was answered with
    another line of its kind, as several purchases with one thank-you, has its own row that names that line's subject.
    """

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=20, blank=True, default="")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    until = models.DateField(null=True)
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    minutes = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    answered_with = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id", "occurrence"], name="decided_once")]
        indexes = [
            models.Index(fields=["at"], name="decision_by_time"),
            models.Index(fields=["until"], name="decision_put_off", condition=Q(choice="snoozed")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.occurrence}: {self.choice}"

    @property
    def key(self) -> str:
        """The key of its line."""
        return f"{self.kind}:{self.subject_id}:{self.occurrence}"


class Waiting(models.Model):
    """How many lines of one kind waited when somebody last looked, for the number beside the room's name."""

    kind = models.CharField(max_length=20, primary_key=True)
    on = models.DateField()
    lines = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}: {self.lines}"
