"""What people own, bought here or not, and when it wants looking after."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Belonging(models.Model):
    """A thing somebody owns. `word` is `what` without case and accents; `key` makes one tap one thing.

    `service_due_on` is written with the other dates, so that a day's services are found by index.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100, unique=True)
    what = models.CharField(max_length=120)
    word = models.CharField(max_length=120)
    details = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    bought_on = models.DateField(null=True, blank=True)
    is_from_us = models.BooleanField(default=False)
    warranty_until = models.DateField(null=True, blank=True)
    service_months = models.PositiveSmallIntegerField(null=True, blank=True)
    serviced_on = models.DateField(null=True, blank=True)
    service_due_on = models.DateField(null=True, blank=True)
    gone_on = models.DateField(null=True, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service_months=None) | Q(service_months__range=(1, 240)), name="belonging_service_months"
            ),
        ]
        indexes = [
            models.Index(
                fields=["service_due_on", "id"],
                name="belonging_service",
                condition=Q(gone_on=None, service_due_on__isnull=False),
            ),
            models.Index(
                fields=["warranty_until", "id"],
                name="belonging_warranty",
                condition=Q(gone_on=None, warranty_until__isnull=False),
            ),
            models.Index(fields=["word", "person"], name="belonging_by_word"),
        ]

    def __str__(self) -> str:
        return self.what
