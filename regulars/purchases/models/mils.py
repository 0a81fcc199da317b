"""A decimal kept as whole thousandths (mils), so that a sum is exact on SQLite as on PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

if TYPE_CHECKING:
    Field = models.Field[Decimal | int | str, Decimal]
else:
    Field = models.Field

MILS = 1000


def to_mils(value: Decimal | int | str) -> int:
    """Turn a decimal into whole thousandths; finer than that is a fault of the caller, never rounded in silence."""
    if isinstance(value, float):
        raise TypeError("A float is not exact: give a Decimal.")
    scaled = Decimal(value) * MILS
    mils = int(scaled)
    if mils != scaled:
        raise ValueError(f"{value} is finer than a thousandth.")
    return mils


def from_mils(mils: int | Decimal) -> Decimal:
    return Decimal(mils).scaleb(-3)


class MilsField(Field):
    """A Decimal in Python, a whole number of thousandths in the column.

    Thousandths hold every currency (three places are the most one uses) without asking which one the business has. No
    IntegerField, so that `F("paid_amount") - F("refunded_amount")` has to say what it is: a MilsField again.
    """

    description = "Exact decimal with three places"

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: int | Decimal | None, *_: Any) -> Decimal | None:
        return None if value is None else from_mils(value)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else to_mils(value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": forms.DecimalField, "decimal_places": 3, **kwargs})
