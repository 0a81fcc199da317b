"""Etsy: sold orders, and sold order items, a row a thing. Etsy writes the month first, and sales tax comes on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.intake.staging.judging import Case


def judge_orders(con: DuckDBPyConnection, case: Case) -> None:
    """Where money went back, Etsy writes what was left of the total; nought where nothing was adjusted."""
    if case.has_refunded:
        con.execute(
            "UPDATE record_table SET x_refunded = CASE WHEN x_refunded > 0 AND x_refunded < x_amount"
            " THEN x_amount - x_refunded END"
        )
    judge_shop(con, case)


WHO = {
    "street": names("Street 1|Ship Address1"),
    "street_2": names("Street 2|Ship Address2"),
    "city": names("Ship City"),
    "region": names("Ship State"),
    "postcode": names("Ship Zipcode"),
    "country": names("Ship Country"),
    "currency": names("Currency"),
    "order_id": names("Order ID"),
    "bought_on": names("Sale Date"),
    "discount": names("Discount Amount"),
}
ETSY_ORDERS = Format(
    slug="etsy_orders",
    label=_("Etsy orders"),
    source="etsy",
    takes="orders",
    tell_tale=(
        names("Sale Date|Order ID|Order Total|Number of Items"),
        names("Sale Date|Order ID|Order Value|Buyer User ID"),
    ),
    columns=WHO
    | {
        "person_id": names("Buyer User ID"),
        "full_name": names("Full Name"),
        "given_name": names("First Name"),
        "family_name": names("Last Name"),
        "amount": names("Order Total|Order Value"),
        "refunded": names("Adjusted Order Total"),
        "shipping": names("Shipping"),
        "tax": names("Sales Tax"),
    },
    judge=judge_orders,
    repeats_total=True,
    is_month_first=True,
)
ETSY_ITEMS = Format(
    slug="etsy_items",
    label=_("Etsy order items"),
    source="etsy",
    takes="orders",
    tell_tale=(names("Sale Date|Item Name|Order ID|Listing ID"), names("Sale Date|Item Name|Order ID|Item Total")),
    columns=WHO
    | {
        "person_id": names("Buyer"),
        "full_name": names("Ship Name"),
        "item": names("Item Name"),
        "sku": names("SKU"),
        "quantity": names("Quantity"),
        "price": names("Price"),
        "line_amount": names("Item Total"),
        "shipping": names("Order Shipping"),
        "tax": names("Order Sales Tax"),
    },
    judge=judge_shop,
    is_month_first=True,
    adds_to_lines=True,
)
