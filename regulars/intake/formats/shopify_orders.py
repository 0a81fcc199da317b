"""Shopify: orders. One row a line; the first row of an order holds its totals, the others leave them blank.

Refunds stand in `Refunded Amount`, cancelled orders in `Cancelled at`, voided ones were never paid. `Total` is after
discounts, with tax and shipping. Names begin with # (orders) or #D (drafts). The names of its programs' own JSON come last.
"""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

SHOPIFY_ORDERS = Format(
    slug="shopify_orders",
    label=_("Shopify orders"),
    source="shopify",
    takes="orders",
    tell_tale=(
        names("Name|Financial Status|Lineitem name"),
        names("Name|Lineitem quantity|Lineitem price"),
        names("Name|Financial Status|Total|Created at"),
    ),
    columns={
        "order_id": names("Name"),
        "bought_on": names("Created at|Paid at|Processed at"),
        "amount": names("Total|total_price"),
        "currency": names("Currency"),
        "tax": names("Taxes|total_tax"),
        "shipping": names("Shipping|total_shipping_price_set.shop_money.amount"),
        "discount": names("Discount Amount|total_discounts"),
        "refunded": names("Refunded Amount"),
        "cancelled_at": names("Cancelled at"),
        "status": names("Financial Status"),
        "outstanding": names("Outstanding Balance"),
        "mode": names("test|Payment Method"),
        "channel": names("Source"),
        "served_by": names("Employee"),
        "order_note": names("Notes"),
        "item": names("Lineitem name"),
        "sku": names("Lineitem sku"),
        "quantity": names("Lineitem quantity"),
        "price": names("Lineitem price"),
        "line_discount": names("Lineitem discount"),
        "email": names("Email|contact_email|customer.email"),
        "full_name": names("Billing Name|Shipping Name|billing_address.name"),
        "given_name": names("customer.first_name"),
        "family_name": names("customer.last_name"),
        "phone": names("Phone|Billing Phone|Shipping Phone|customer.phone"),
        "company": names("Billing Company|Shipping Company"),
        "street": names("Billing Address1|Billing Street|billing_address.address1|Shipping Address1|Shipping Street"),
        "street_2": names("Billing Address2|Shipping Address2"),
        "city": names("Billing City|Shipping City|billing_address.city"),
        "postcode": names("Billing Zip|Shipping Zip|billing_address.zip"),
        "region": names("Billing Province|Shipping Province|billing_address.province"),
        "country": names("Billing Country|Shipping Country|billing_address.country_code"),
        "accepts_email": names("Accepts Marketing|buyer_accepts_marketing"),
    },
    judge=judge_shop,
    repeats_total=True,
)
