"""What we owe each other, and what somebody expects of us."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Whose turn it is."""

    WE = "we", _("we owe them")
    THEY = "they", _("they owe us")
    ASKED = "asked", _("they asked us")


class Outcome(models.TextChoices):
    KEPT = "kept", _("kept")
    PARTLY = "partly", _("partly kept")
    NOT_KEPT = "not_kept", _("not kept")


class Owed(models.Model):
    """A callback, a sample, money back; an answer, a payment, a return; or something asked of us. Settled once."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100, unique=True)
    side = models.CharField(max_length=5, choices=Side.choices)
    what = models.CharField(max_length=300)
    agreed_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    words = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True) | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="owed_settled_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "settled_at"], name="owed_by_person"),
            models.Index(fields=["due_on", "id"], name="owed_open", condition=Q(outcome="", due_on__isnull=False)),
            models.Index(fields=["side", "person"], name="owed_by_side", condition=Q(outcome="")),
        ]

    def __str__(self) -> str:
        return self.what
