"""The one business of this installation: its settings row and the way everyone reads it."""

from __future__ import annotations

import time as clockwork
from contextlib import AbstractContextManager
from datetime import time
from decimal import Decimal

from django.db import models
from django.utils import translation

from regulars.kit import database

KEPT_SECONDS = 2.0
_generation = 0


class Business(models.Model):
    """What the owner settles once and rarely changes. There is exactly one row, number 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=200)
    owner_name = models.CharField(max_length=200, blank=True, default="")
    zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    country = models.CharField(max_length=2, blank=True, default="")
    language = models.CharField(max_length=16, default="en")
    opening_hours = models.JSONField(default=dict, blank=True)
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_until = models.TimeField(default=time(8, 0))
    postal_address = models.TextField(blank=True, default="")
    public_address = models.CharField(max_length=200, blank=True, default="")
    logo = models.FileField(upload_to="business/", blank=True, default="")
    accent = models.CharField(max_length=7, default="#3f6b4f")
    send_delay_minutes = models.PositiveSmallIntegerField(default=10)
    touches_per_week = models.PositiveSmallIntegerField(default=2)
    asks_per_month = models.PositiveSmallIntegerField(default=1)
    call_attempts = models.PositiveSmallIntegerField(default=3)
    postage_amount = models.DecimalField(max_digits=8, decimal_places=3, default=Decimal(0))
    counts_links = models.BooleanField(default=False)
    # A yes from a form that anybody can fill in counts once their mailbox or telephone confirms it.
    confirms_yes = models.BooleanField(default=True, db_default=True)
    follow_up_since = models.DateField(null=True, blank=True)
    is_sending_stopped = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by_name = models.CharField(max_length=200, blank=True, default="")
    currency_fixed_at = models.DateTimeField(null=True, blank=True)
    set_up_at = models.DateTimeField(null=True, blank=True)
    key_proof = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kit_business_one_row")]

    def __str__(self) -> str:
        return self.name


def business() -> Business:
    """The settings row, or unsaved defaults before the first run. At most one query in two seconds a thread."""
    link = database.connection()
    kept: tuple[int, float, Business] | None = getattr(link, "_regulars_business", None)
    if kept and kept[0] == _generation and clockwork.monotonic() - kept[1] < KEPT_SECONDS:
        return kept[2]
    generation = _generation
    found = Business.objects.filter(pk=1).first() or Business(name="")
    link._regulars_business = (generation, clockwork.monotonic(), found)  # type: ignore[attr-defined]  # kept with its connection
    return found


def in_our_language() -> AbstractContextManager[None]:
    """Speak the language of the business for a while: in letters, and in whatever the worker writes down."""
    return translation.override(business().language)


def exists() -> bool:
    """Has the first run been done? One query."""
    return Business.objects.filter(pk=1).exists()


def forget_business() -> None:
    """Read the row anew next time, in every thread of this process."""
    global _generation
    _generation += 1
