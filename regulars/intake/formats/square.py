"""Square: transactions (what was collected with tax and tip) and items, a row a thing. Money back is a row of its own."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

WHO = {
    "order_id": names("Transaction ID"),
    "bought_on": names("Date"),
    "bought_time": names("Time"),
    "person_id": names("Customer ID"),
    "full_name": names("Customer Name"),
    "channel": names("Location"),
    "served_by": names("Staff Name"),
    "order_note": names("Notes"),
}
SQUARE_TRANSACTIONS = Format(
    slug="square_transactions",
    label=_("Square transactions"),
    source="square",
    takes="orders",
    tell_tale=(names("Date|Transaction ID|Total Collected"), names("Date|Payment ID|Total Collected|Net Total")),
    columns=WHO
    | {
        "amount": names("Total Collected"),
        "tax": names("Tax"),
        "discount": names("Discounts"),
        "refunded": names("Partial Refunds"),
    },
    judge=judge_shop,
    twin="square_items",
)
SQUARE_ITEMS = Format(
    slug="square_items",
    label=_("Square items"),
    source="square",
    takes="orders",
    tell_tale=(names("Date|Item|Qty|Transaction ID|Net Sales"),),
    columns=WHO | {"amount": names("Net Sales"), "item": names("Item"), "sku": names("SKU"), "quantity": names("Qty")},
    judge=judge_shop,
    twin="square_transactions",
)
