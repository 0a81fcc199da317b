"""Keeping in touch with those who do not buy: suppliers, neighbours, the landlord."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.people.models import Kind


class KindRhythm(models.Model):
    """How often we speak to people of one kind, as the owner set it; 0 is never by itself."""

    kind = models.CharField(max_length=20, choices=Kind.choices, unique=True)
    every_months = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.every_months}"


class Tie(models.Model):
    """When we last heard from somebody and they from us, and how often it should be (empty: as usual for their kind).

    `rested_on` is the day somebody said "not this time": the next time is reckoned from then.
    """

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="+")
    every_months = models.PositiveSmallIntegerField(null=True, blank=True)
    last_in_on = models.DateField(null=True, blank=True)
    last_out_on = models.DateField(null=True, blank=True)
    rested_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["every_months", "person"], name="tie_own_rhythm", condition=Q(every_months__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"
