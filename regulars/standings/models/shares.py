"""How much of what somebody spends on such things they spend here, as they said."""

from __future__ import annotations

from django.conf import settings
from django.db import models

YEAR_DAYS = 365  # what a share is of
ANSWER_DAYS = 365  # after which an answer is too old (as `insight.wallet`)
WITHIN_PERCENT = 5  # people answer in tenths


class ToldShare(models.Model):
    """One answer a person, in percent; a later one replaces it."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    percent = models.PositiveSmallIntegerField()
    told_on = models.DateField()
    told_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(percent__lte=100), name="told_share_is_a_percentage")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.percent} %"
