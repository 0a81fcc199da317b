"""Where a person stands now, and where they stood at the end of each month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from regulars.purchases.models import MilsField
from regulars.standings.models.groups import Basis, Group, SimpleGroup, simple_group_of

if TYPE_CHECKING:
    Maybe = models.Field[Decimal | None, Decimal | None]


class StandingQuerySet(models.QuerySet["Standing"]):
    def bought(self) -> StandingQuerySet:
        """People whose standing rests on their own orders."""
        return self.filter(basis=Basis.ORDERS)

    def slipped(self, as_of: date) -> StandingQuerySet:
        """People silent for longer than their own rhythm allows, on this day: by their orders, or as remembered."""
        return self.filter(slips_on__lte=as_of)


class Standing(models.Model):
    """One person's standing: facts and dates only; days ago are reckoned when it is read.

    `slips_on` is the first day on which they slip from their rhythm if they stay silent until then. `as_of` is the day
    for which this row was last written: a standing that did not change keeps its day.

    Scores (`p_alive`, what to expect in twelve months and its 95 % interval, the next visit) are of the day on which
    the model card was made, or of the last visit if that was later; so they change with a sale and once a week, not
    with every silent night. `standings.alive` reckons the chance of today. All of them are missing where there is no
    card, where somebody has not bought, and where a standing rests on memory.
    """

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    basis = models.CharField(max_length=8, choices=Basis.choices)
    group = models.CharField(max_length=16, choices=Group.choices, blank=True, default="")
    r = models.PositiveSmallIntegerField(null=True)
    f = models.PositiveSmallIntegerField(null=True)
    m = models.PositiveSmallIntegerField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    buying_days = models.IntegerField(default=0)
    net_amount = MilsField(db_column="net_mils", default=Decimal(0))
    usual_gap_days = models.FloatField(null=True)
    slips_on = models.DateField(null=True)
    gap_low_days = models.FloatField(null=True)
    gap_high_days = models.FloatField(null=True)
    p_alive = models.FloatField(null=True)
    expected_purchases = models.FloatField(null=True)
    expected_purchases_low = models.IntegerField(null=True)
    expected_purchases_high = models.IntegerField(null=True)
    value_amount: Maybe = MilsField(db_column="value_mils", null=True)  # type: ignore[assignment, misc]
    value_low_amount: Maybe = MilsField(db_column="value_low_mils", null=True)  # type: ignore[assignment, misc]
    value_high_amount: Maybe = MilsField(db_column="value_high_mils", null=True)  # type: ignore[assignment, misc]
    next_low_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    next_high_on = models.DateField(null=True)
    as_of = models.DateField()

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(r=None, f=None, m=None) | Q(r__range=(1, 5), f__range=(1, 5), m__range=(1, 5)),
                name="standing_grades_come_together",
            ),
            models.CheckConstraint(
                condition=~Q(basis="orders")
                | Q(buying_days__gte=1, first_on__isnull=False, last_on__gte=models.F("first_on")),
                name="standing_from_orders_has_its_days",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "person"], name="standing_by_group"),
            models.Index(fields=["slips_on", "person"], name="standing_by_slip", condition=Q(slips_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group}"

    @property
    def simple_group(self) -> SimpleGroup | None:
        return simple_group_of(self.group)

    def silent_days(self, on: date) -> int | None:
        """Days since the last visit, as of a day; none when no visit is known."""
        return None if self.last_on is None else (on - self.last_on).days

    def is_slipping(self, on: date) -> bool:
        return self.slips_on is not None and self.slips_on <= on


class StandingMonth(models.Model):
    """The standing with which a month ended (or stands so far), kept only where it differs from the month before.

    Where somebody stood in a month is therefore the row of that month or the last one before it; `group` is empty
    from the month on in which a person no longer has a standing.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    group = models.CharField(max_length=16, choices=Group.choices, blank=True, default="")
    r = models.PositiveSmallIntegerField(null=True)
    f = models.PositiveSmallIntegerField(null=True)
    m = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "month"], name="standingmonth_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.month:%Y-%m} {self.group}"
