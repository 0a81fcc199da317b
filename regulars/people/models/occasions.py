"""Days that matter to somebody, with or without a year."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from regulars.people.partial_dates import PartialDate

from .persons import Person


class Occasion(models.Model):
    """A day of the year. `year` stays empty unless it is really known: no age is ever made up."""

    class Kind(models.TextChoices):
        BIRTHDAY = "birthday", _("birthday")
        ANNIVERSARY = "anniversary", _("anniversary")
        NAME_DAY = "name_day", _("name day")
        CONTRACT = "contract", _("contract date")
        OTHER = "other", _("special day")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="occasions", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(max_length=120, blank=True)
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_celebrated = models.BooleanField(default=True)
    month_day = models.GeneratedField(
        expression=F("month") * 100 + F("day"), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "label"], name="occasion_once"),
            models.CheckConstraint(
                condition=models.Q(month__range=(1, 12), day__range=(1, 31)), name="occasion_in_a_year"
            ),
        ]
        indexes = [
            models.Index(fields=["month_day", "person"], name="occasion_in_order"),
            # Few among many birthdays: asked for by themselves they have their own order.
            models.Index(fields=["month_day", "person"], name="occasion_contract", condition=models.Q(kind="contract")),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.get_kind_display()} {self.month}-{self.day}"

    @property
    def date(self) -> PartialDate:
        return PartialDate(self.month, self.day, self.year)
