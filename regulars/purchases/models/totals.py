"""Sums kept in the transaction of the order, so that lists, groups and Today never add up orders."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from regulars.purchases.models.mils import MilsField


class PersonTotals(models.Model):
    """What one person bought so far.

    `orders` and `buying_days` leave out cancelled and wholly refunded orders, as if they never happened; `net_amount`
    is paid less refunds of all orders not cancelled: below zero where a shop paid back more than it took.
    """

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    orders = models.IntegerField(default=0)
    buying_days = models.IntegerField(default=0)
    net_amount = MilsField(db_column="net_mils", default=Decimal(0))
    first_bought_on = models.DateField(null=True)
    last_bought_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(orders=0, buying_days=0, first_bought_on=None, last_bought_on=None)
                | Q(
                    orders__gte=1,
                    buying_days__range=(0, F("orders")),
                    first_bought_on__isnull=False,
                    last_bought_on__gte=F("first_bought_on"),
                ),
                name="persontotals_add_up",
            )
        ]
        # One for each way people are filtered; days of buying are never more than orders and are found by the same.
        indexes = [
            models.Index(fields=["last_bought_on"], name="persontotals_by_last"),
            models.Index(fields=["first_bought_on", "person"], name="persontotals_by_first"),
            models.Index(fields=["orders", "buying_days"], name="persontotals_by_orders"),
            models.Index(fields=["net_amount"], name="persontotals_by_net"),
        ]


class DayTotals(models.Model):
    """What the whole shop sold on one day, known customers and unknown ones."""

    on = models.DateField(primary_key=True)
    orders = models.IntegerField(default=0)
    net_amount = MilsField(db_column="net_mils", default=Decimal(0))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(orders__gte=0), name="daytotals_are_not_negative")]
