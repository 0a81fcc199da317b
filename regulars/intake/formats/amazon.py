"""Amazon: order reports, a row a thing. `item-price` is that of all pieces in the row; postage stands in each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.intake.formats.base import Format, names
from regulars.intake.staging import wide
from regulars.intake.staging.judging import judge_shop

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.intake.staging.judging import Case


def judge(con: DuckDBPyConnection, case: Case) -> None:
    """An order's postage and reductions are those of all its rows."""
    for column in {"x_shipping", "x_discount"} & set(wide.names(con, "record_table")):
        con.execute(
            f"UPDATE record_table SET {column} = t.every FROM (SELECT order_id, sum({column}) AS every FROM record"
            " GROUP BY 1) t WHERE t.order_id = record_table.order_id"
        )
    judge_shop(con, case)


AMAZON = Format(
    slug="amazon_orders",
    label="Amazon",
    source="amazon",
    takes="orders",
    tell_tale=(
        names("order-id|order-item-id|purchase-date|sku"),
        names("amazon-order-id|purchase-date|order-status|sku"),
    ),
    columns={
        "order_id": names("order-id|amazon-order-id"),
        "bought_on": names("purchase-date"),
        "status": names("order-status"),
        "channel": names("sales-channel"),
        "currency": names("currency"),
        "line_amount": names("item-price"),
        "shipping": names("shipping-price"),
        "discount": names("item-promotion-discount"),
        "item": names("product-name"),
        "sku": names("sku"),
        "quantity": names("quantity-purchased|quantity"),
        "email": names("buyer-email"),
        "full_name": names("buyer-name|recipient-name"),
        "phone": names("buyer-phone-number|ship-phone-number"),
        "street": names("ship-address-1"),
        "street_2": names("ship-address-2"),
        "city": names("ship-city"),
        "region": names("ship-state"),
        "postcode": names("ship-postal-code"),
        "country": names("ship-country"),
    },
    judge=judge,
    adds_to_lines=True,
)
