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
    """A product or service, recognised by its sku, else by its name without case and spacing."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    sku = models.CharField(max_length=100, blank=True, default="")
    kind = models.CharField(max_length=12, choices=ItemKind.choices, default=ItemKind.PRODUCT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku"], condition=~Q(sku=""), name="product_sku_is_unique"),
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(sku=""), name="product_name_is_unique_without_sku"
            ),
        ]
        indexes = [models.Index(fields=["name_key"], name="product_by_name")]

    def __str__(self) -> str:
        return self.name
