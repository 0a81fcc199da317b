"""Orders, their lines, what came back, and the tombstones of what was taken out."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When

from regulars.purchases.models.mils import MilsField
from regulars.purchases.models.products import ItemKind, Product

QUICK_SALE = "quick sale"


class OrderQuerySet(models.QuerySet["Order"]):
    def purchases(self) -> OrderQuerySet:
        """Orders that count: neither cancelled nor wholly refunded."""
        return self.filter(is_purchase=True)

    def whose_is_asked(self) -> OrderQuerySet:
        """Noted without signal for somebody who could not be told from others; `meant_for` is what was typed.

        It is emptied as soon as the order is somebody's, so this is the whole condition, and the index's own.
        """
        return self.exclude(meant_for="")

    def newest_first(self) -> OrderQuerySet:
        return self.order_by("-bought_on", "-id")


class Order(models.Model):
    """One paid basket. Its identity is (source, reference); its amounts are in business currency, tax included."""

    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    bought_on = models.DateField()
    bought_at = models.DateTimeField(null=True)
    paid_amount = MilsField(db_column="paid_mils")
    refunded_amount = MilsField(db_column="refunded_mils", default=Decimal(0))
    tax_amount = MilsField(db_column="tax_mils", default=Decimal(0))
    shipping_amount = MilsField(db_column="shipping_mils", default=Decimal(0))
    discount_amount = MilsField(db_column="discount_mils", default=Decimal(0))
    is_cancelled = models.BooleanField(default=False)
    is_cancelled_by_hand = models.BooleanField(default=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    is_refunded_beyond_paid = models.BooleanField(default=False)
    channel = models.CharField(max_length=40, blank=True, default="")
    served_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    note = models.TextField(blank=True, default="")
    meant_for = models.CharField(max_length=200, blank=True, default="", db_default="")
    content_hash = models.BigIntegerField()
    change_number = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    is_purchase = models.GeneratedField(
        expression=Case(
            When(is_cancelled=True, then=Value(False)),
            When(refunded_amount__gt=0, refunded_amount__gte=F("paid_amount"), then=Value(False)),
            default=Value(True),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    net_amount = models.GeneratedField(
        expression=Case(
            When(is_cancelled=True, then=Value(Decimal(0), output_field=MilsField())),
            default=ExpressionWrapper(F("paid_amount") - F("refunded_amount"), output_field=MilsField()),
            output_field=MilsField(),
        ),
        output_field=MilsField(),
        db_persist=True,
        db_column="net_mils",
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "source"], name="order_is_recorded_once"),
            models.CheckConstraint(
                condition=Q(paid_amount__gte=0)
                & Q(refunded_amount__gte=0)
                & Q(tax_amount__gte=0)
                & Q(shipping_amount__gte=0)
                & Q(discount_amount__gte=0),
                name="order_amounts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__lte=F("paid_amount")) | Q(is_refunded_beyond_paid=True),
                name="order_refunds_stay_within_paid_unless_flagged",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "bought_on", "is_purchase"], name="order_by_person"),
            models.Index(fields=["bought_on", "id"], name="order_by_day"),
            models.Index(fields=["change_number"], name="order_by_change"),
            models.Index(fields=["id"], name="order_whose_is_asked", condition=~Q(meant_for="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_quick_sale(self) -> bool:
        """Noted by hand; its reference is a key that nobody needs to read."""
        return self.source == QUICK_SALE


class OrderLine(models.Model):
    """One line as it was sold; the amount is what was asked for all of it, after the line's own discount."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    quantity = MilsField(db_column="quantity_mils", default=Decimal(1))
    amount = MilsField(db_column="amount_mils", default=Decimal(0))
    kind = models.CharField(max_length=12, choices=ItemKind.choices, default=ItemKind.PRODUCT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orderline_position_is_unique"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(quantity__gte=0), name="orderline_figures_are_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Refund(models.Model):
    """Money that went back for an order: all of it, a part, or for one line. Each reference once per order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    reference = models.CharField(max_length=200)
    refunded_on = models.DateField()
    amount = MilsField(db_column="amount_mils")
    line = models.ForeignKey(OrderLine, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    is_by_hand = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "reference"], name="refund_is_recorded_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_an_amount"),
        ]

    def __str__(self) -> str:
        return self.reference


class RemovedOrder(models.Model):
    """The tombstone of an order that was taken out, so that a copy of the orders can follow."""

    order_id = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    person_id = models.BigIntegerField(null=True)
    removed_at = models.DateTimeField()
    change_number = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["change_number"], name="removedorder_by_change")]

    def __str__(self) -> str:
        return self.reference
