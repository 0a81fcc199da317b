"""What the business sells."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ItemKind(models.TextChoices):
    PRODUCT = "product", _("product")
    SERVICE = "service", _("service")
    GIFT_CARD = "gift card", _("gift card")


class Product(models.Model):
    """A product or service, recognised by its sku, else by its name without case and spacing.

    The months are its usual warranty and how often it wants looking after: what is sold becomes, with one tap, a thing
    somebody owns.
    """

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    sku = models.CharField(max_length=100, blank=True, default="")
    kind = models.CharField(max_length=12, choices=ItemKind.choices, default=ItemKind.PRODUCT)
    warranty_months = models.PositiveSmallIntegerField(null=True, blank=True)
    service_months = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(warranty_months=None) | Q(warranty_months__range=(1, 240)))
                & (Q(service_months=None) | Q(service_months__range=(1, 240))),
                name="product_months_are_sensible",
            ),
            models.UniqueConstraint(fields=["sku"], condition=~Q(sku=""), name="product_sku_is_unique"),
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(sku=""), name="product_name_is_unique_without_sku"
            ),
        ]
        indexes = [models.Index(fields=["name_key"], name="product_by_name")]

    def __str__(self) -> str:
        return self.name
