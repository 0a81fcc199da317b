"""One statement by the owner for many people: what each piece of evidence that rests on it refers to."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .consents import Channel, Purpose


class Statement(models.Model):
    """What the owner states of a batch ("these people asked me on paper"), and when they said it.

    Taking it back removes the evidence that rests on it; the statement itself stays, with the day it was taken back.
    """

    key = models.CharField(max_length=64, unique=True)
    text = models.CharField(max_length=300)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    said_on = models.DateField()
    count = models.PositiveIntegerField(default=0)
    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.text
