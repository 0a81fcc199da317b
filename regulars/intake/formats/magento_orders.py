"""Magento: the orders grid. Totals come in the store's base currency and in the one the customer paid in."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

MAGENTO_ORDERS = Format(
    slug="magento_orders",
    label=_("Magento orders"),
    source="magento",
    takes="orders",
    tell_tale=(
        names("ID|Purchase Date|Bill-to Name|Status"),
        names("ID|Purchased On|Bill to Name|Status"),
        names("ID|Bill-to Name|Grand Total (Base)"),
        names("increment_id|grand_total|created_at|status"),
        names("increment_id|base_grand_total"),
    ),
    columns={
        "order_id": names("ID|Order #|increment_id"),
        "bought_on": names("Purchase Date|Purchased On|Purchased On (UTC)|created_at"),
        "amount": names(
            "Grand Total (Base)|G.T. (Base)|base_grand_total|Grand Total (Purchased)|G.T. (Purchased)|grand_total"
        ),
        "currency": names("base_currency_code|Base Currency|order_currency_code|Currency"),
        "status": names("Status|state"),
        "refunded": names("Total Refunded|base_total_refunded|total_refunded"),
        "tax": names("base_tax_amount|tax_amount"),
        "shipping": names("Shipping and Handling|base_shipping_amount|shipping_amount"),
        "channel": names("Purchase Point|Purchased From (Store)|store_name"),
        "person_id": names("customer_id"),
        "full_name": names("Bill-to Name|Bill to Name|Customer Name|Ship-to Name|Ship to Name"),
        "given_name": names("customer_firstname"),
        "family_name": names("customer_lastname"),
        "email": names("Customer Email|customer_email|Email"),
        "street": names("Billing Address|Shipping Address"),
        "item": names("items.name|item_name|Product Name"),
        "sku": names("items.sku|item_sku"),
        "quantity": names("items.qty_ordered|qty_ordered"),
        "price": names("items.price"),
    },
    judge=judge_shop,
    words={"closed": "refunded"},
    repeats_total=True,
)
