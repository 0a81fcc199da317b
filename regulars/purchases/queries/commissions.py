"""Income as somebody's affiliate: what was sold for which firm, what we earned, what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, F, Max, Sum, When

from regulars.purchases.models import Commission, Merchant, MilsField


@dataclass(frozen=True)
class MerchantRow:
    """One firm: sales that count, their value, our commission, and how much of it has not been paid out."""

    merchant: Merchant
    sales: int
    value_amount: Decimal
    commission_amount: Decimal
    open_amount: Decimal
    last_on: date | None


def by_merchant() -> list[MerchantRow]:
    """Every firm with sales, most outstanding first; cancelled and refunded sales left out. Two queries."""
    counting = Commission.objects.filter(order__is_purchase=True)
    still = Sum(Case(When(paid_out_on=None, then=F("order__net_amount")), output_field=MilsField()))
    sums = counting.values("merchant_id").annotate(
        n=Count("pk"),
        value=Sum("value_amount"),
        net=Sum("order__net_amount"),
        still=still,
        last=Max("order__bought_on"),
    )
    merchants = Merchant.objects.in_bulk()
    rows = [
        MerchantRow(
            merchants[row["merchant_id"]],
            row["n"],
            row["value"] or Decimal(0),
            row["net"] or Decimal(0),
            row["still"] or Decimal(0),
            row["last"],
        )
        for row in sums
    ]
    return sorted(rows, key=lambda row: (-row.open_amount, row.merchant.name_key))
