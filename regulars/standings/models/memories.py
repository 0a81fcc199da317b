"""What the owner remembers of somebody."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from regulars.purchases.models import MilsField


class Memory(models.Model):
    """Three taps: last seen about, how often (empty: only once), about how much a visit."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    last_seen_on = models.DateField()
    usual_gap_days = models.PositiveSmallIntegerField(null=True)
    usual_amount = MilsField(db_column="usual_mils")
    told_on = models.DateField()
    told_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_seen_on__lte=models.F("told_on")), name="memory_is_of_the_past"
            ),
            models.CheckConstraint(
                condition=models.Q(usual_gap_days=None) | models.Q(usual_gap_days__gte=1), name="memory_gap_is_days"
            ),
            models.CheckConstraint(condition=models.Q(usual_amount__gte=0), name="memory_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.last_seen_on}"
