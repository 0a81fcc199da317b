"""What was said between us and somebody: a call, a visit, a word in the street, a public comment, a complaint."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Person, Silence


class EncounterKind(models.TextChoices):
    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    STREET = "street", _("Word in the street")
    MESSAGE = "message", _("Message")
    COMMENT = "comment", _("Public comment")
    COMPLAINT = "complaint", _("Complaint")
    COMPLIMENT = "compliment", _("Compliment")


class Direction(models.TextChoices):
    IN = "in", _("they came to us")
    OUT = "out", _("we went to them")


class Encounter(models.Model):
    """One entry of the log. `client_key` is made where it was written, so that it arrives once.

    Without a person, `who` says whose word it was: many who write in public are nobody's customer yet. A complaint
    stays open until it is put right (`resolved_at`), and holds its silence until then.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    who = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=10, choices=EncounterKind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    words = models.CharField(max_length=2000)
    place = models.CharField(max_length=120, blank=True, default="")
    link = models.CharField(max_length=500, blank=True, default="")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    client_key = models.UUIDField(unique=True)
    answer_by = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    answer = models.CharField(max_length=2000, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    silence = models.ForeignKey(Silence, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(who=""), name="encounter_is_with_somebody"),
        ]
        indexes = [
            models.Index(fields=["person", "direction", "happened_at"], name="encounter_by_person"),
            models.Index(fields=["happened_at", "id"], name="encounter_by_time"),
            models.Index(
                fields=["answer_by", "id"],
                name="encounter_to_answer",
                condition=Q(answer_by__isnull=False, answered_at__isnull=True),
            ),
            models.Index(
                fields=["happened_at"],
                name="encounter_complaint_open",
                condition=Q(kind="complaint", resolved_at__isnull=True),
            ),
            models.Index(fields=["silence"], name="encounter_silence", condition=Q(silence__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def whose(self) -> str:
        return str(self.person) if self.person_id else self.who

    @property
    def waits(self) -> bool:
        return self.answer_by is not None and self.answered_at is None

    @property
    def is_unsettled_complaint(self) -> bool:
        return self.kind == EncounterKind.COMPLAINT and self.resolved_at is None
