"""What the owner said once about their business, and figures need."""

from __future__ import annotations

from decimal import Decimal

from django.db import models


class Terms(models.Model):
    """What part of what is paid is left to the owner; nothing said means that figures are what is paid. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    margin_rate = models.DecimalField(max_digits=3, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="terms_one_row"),
            models.CheckConstraint(
                condition=models.Q(margin_rate__gt=0, margin_rate__lte=Decimal(1)), name="terms_margin_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.margin_rate}"
