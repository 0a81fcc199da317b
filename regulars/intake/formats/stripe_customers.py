"""Stripe: customers. What they spent in all is no order."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

STRIPE_CUSTOMERS = Format(
    slug="stripe_customers",
    label=_("Stripe customers"),
    source="stripe",
    takes="people",
    tell_tale=(
        names("id|Email|Name|Created (UTC)"),
        names("id|Email|Description|Total Spend"),
        names("id|email|name|delinquent"),
    ),
    columns={
        "person_id": names("id|Customer ID"),
        "full_name": names("Name|Card Name"),
        "email": names("Email"),
        "phone": names("Phone"),
        "note": names("Description"),
        "street": names("Address Line1|Card Address Line1|Shipping Address Line1"),
        "street_2": names("Address Line2|Card Address Line2|Shipping Address Line2"),
        "city": names("Address City|Card Address City|Shipping Address City"),
        "region": names("Address State|Card Address State|Shipping Address State"),
        "postcode": names("Address Postal Code|Card Address Zip|Shipping Address Postal Code"),
        "country": names("Address Country|Card Address Country|Shipping Address Country"),
    },
)
