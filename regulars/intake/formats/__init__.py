"""The formats that are known; the generic ones come last and take whatever is left."""

from regulars.intake.formats.amazon import AMAZON
from regulars.intake.formats.base import Format
from regulars.intake.formats.datev import DATEV_ACCOUNTS
from regulars.intake.formats.etsy import ETSY_ITEMS, ETSY_ORDERS
from regulars.intake.formats.generic import GENERIC_ORDERS, GENERIC_PEOPLE
from regulars.intake.formats.lightspeed import LIGHTSPEED
from regulars.intake.formats.magento_customers import MAGENTO_CUSTOMERS
from regulars.intake.formats.magento_orders import MAGENTO_ORDERS
from regulars.intake.formats.mailchimp import MAILCHIMP
from regulars.intake.formats.paypal import PAYPAL
from regulars.intake.formats.prestashop_addresses import PRESTASHOP_ADDRESSES
from regulars.intake.formats.prestashop_customers import PRESTASHOP_CUSTOMERS
from regulars.intake.formats.prestashop_orders import PRESTASHOP_ORDERS
from regulars.intake.formats.shopify_customers import SHOPIFY_CUSTOMERS
from regulars.intake.formats.shopify_orders import SHOPIFY_ORDERS
from regulars.intake.formats.square import SQUARE_ITEMS, SQUARE_TRANSACTIONS
from regulars.intake.formats.stripe_balance import STRIPE_BALANCE
from regulars.intake.formats.stripe_customers import STRIPE_CUSTOMERS
from regulars.intake.formats.stripe_payments import STRIPE_PAYMENTS
from regulars.intake.formats.sumup import SUMUP
from regulars.intake.formats.vcard import VCARD
from regulars.intake.mapping.columns import key_of

KNOWN = (
    SHOPIFY_ORDERS,
    SHOPIFY_CUSTOMERS,
    STRIPE_PAYMENTS,
    STRIPE_BALANCE,
    STRIPE_CUSTOMERS,
    PAYPAL,
    PRESTASHOP_ORDERS,
    PRESTASHOP_CUSTOMERS,
    PRESTASHOP_ADDRESSES,
    MAGENTO_ORDERS,
    MAGENTO_CUSTOMERS,
    MAILCHIMP,
    VCARD,
    ETSY_ORDERS,
    ETSY_ITEMS,
    SQUARE_TRANSACTIONS,
    SQUARE_ITEMS,
    AMAZON,
    DATEV_ACCOUNTS,
    LIGHTSPEED,
    SUMUP,
)
FORMATS: dict[str, Format] = {found.slug: found for found in (*KNOWN, GENERIC_ORDERS, GENERIC_PEOPLE)}


def recognised(header: list[str]) -> Format | None:
    """Return the format whose tell-tale names the header holds, the one with the most of them."""
    keys = {key_of(name) for name in header}
    best = max(KNOWN, key=lambda candidate: candidate.is_told_by(keys))
    return best if best.is_told_by(keys) else None


__all__ = ["FORMATS", "GENERIC_ORDERS", "GENERIC_PEOPLE", "KNOWN", "Format", "recognised"]
