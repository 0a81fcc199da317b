"""The page behind the code on the counter: its address, its wording, and how often it was knocked at."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from regulars.kit.secrets import EncryptedTextField


class SheetWay(models.TextChoices):
    """What the code on the sheet opens."""

    PAGE = "page"
    EMAIL = "email"
    TEXT = "text"
    CALL = "call"


class AskingPage(models.Model):
    """There is at most one row, number 1. The address is kept sealed; it is found by the keyed hash of its token."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_on = models.BooleanField(default=False)
    token = EncryptedTextField(blank=True, default="")
    token_hash = models.CharField(max_length=64, blank=True, default="")
    renewed_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=5, choices=SheetWay.choices, default=SheetWay.PAGE)
    shop_address = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    phone = models.CharField(max_length=60, blank=True, default="")
    answer_within_hours = models.PositiveSmallIntegerField(default=4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="askingpage_one_row")]


class ConsentWording(models.Model):
    """What the box on the form said, version by version. Rows are never changed, because they are evidence."""

    words = models.CharField(max_length=280)
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.words


class Knock(models.Model):
    """How many questions came from one place (a keyed hash; "" is everybody together) within one hour."""

    place = models.CharField(max_length=64, blank=True)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "hour"], name="knock_once_an_hour")]
        indexes = [models.Index(fields=["hour"], name="knock_by_hour")]
