"""What is particular about a sale: a gift for somebody else, a commission, an exchange."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.purchases.models.mils import MilsField
from regulars.purchases.models.orders import Order


class Gift(models.Model):
    """Bought by one for another. `receiver_name` is what was said where the receiver is not in the book."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, primary_key=True, related_name="gift")
    receiver = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    receiver_name = models.CharField(max_length=200, blank=True, default="")
    occasion = models.CharField(max_length=100, blank=True, default="")
    secret_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.receiver_name or str(self.receiver_id)


class Merchant(models.Model):
    """A firm whose products we sell for a commission; `name_key` is what makes two spellings one firm."""

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True)
    usual_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["name_key"]

    def __str__(self) -> str:
        return self.name


class Commission(models.Model):
    """A sale at a merchant's value; the order itself holds our commission, which is our revenue."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, primary_key=True, related_name="commission")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    value_amount = MilsField(db_column="value_mils")
    paid_out_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(value_amount__gt=0), name="commission_of_a_value")]
        indexes = [
            models.Index(fields=["merchant"], name="commission_open", condition=Q(paid_out_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.order_id}"


class Exchange(models.Model):
    """What came back and what was taken instead; without `taken` nothing was."""

    key = models.CharField(max_length=100, unique=True)
    given_back = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    taken = models.OneToOneField(Order, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__isnull=True) | ~Q(taken=F("given_back")), name="exchange_of_two_orders"
            )
        ]

    def __str__(self) -> str:
        return self.key
