"""A year of cards: which days of the year are kept with a card, who is covered, and the letter at the month's end."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class YearDay(models.Model):
    """A reason to send a card each year. Seasons have a day of their own; the others are each person's.

    `is_for_all`: everybody gets it; otherwise it goes to those who would have fewer than three cards in the year.
    """

    class Kind(models.TextChoices):
        BIRTHDAY = "birthday", _("birthdays")
        NAME_DAY = "name_day", _("name days")
        YEARS = "customer-anniversary", _("years with us")
        SEASON = "season", _("a day of the year")

    key = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    name = models.CharField(max_length=120)
    month = models.PositiveSmallIntegerField(null=True)
    day = models.PositiveSmallIntegerField(null=True)
    wording = models.SlugField(max_length=60)
    is_on = models.BooleanField(default=True)
    is_for_all = models.BooleanField(default=True)

    class Meta:
        ordering = ("kind", "month", "day", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="season") | Q(month__range=(1, 12), day__range=(1, 31)),
                name="outreach_season_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class YearCover(models.Model):
    """How many people a year of cards reaches, as last counted: of a large book it is counted at night. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted_at = models.DateTimeField()
    found: models.JSONField[Any, Any] = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.counted_at:%Y-%m-%d}"


class MonthLetter(models.Model):
    """What the owner reads at the end of a month: ids of people, whose names are looked up when it is read."""

    month_on = models.DateField(unique=True)
    written_at = models.DateTimeField()
    found: models.JSONField[Any, Any] = models.JSONField(default=dict)
    mailed_at = models.DateTimeField(null=True)
    mail_key = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("-month_on",)

    def __str__(self) -> str:
        return f"{self.month_on:%Y-%m}"
