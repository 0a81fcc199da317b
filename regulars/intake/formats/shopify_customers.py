"""Shopify: customers. An apostrophe before a number keeps a spreadsheet from changing it and is no part of it."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

SHOPIFY_CUSTOMERS = Format(
    slug="shopify_customers",
    label=_("Shopify customers"),
    source="shopify",
    takes="people",
    tell_tale=(
        names("First Name|Last Name|Email|Accepts Email Marketing"),
        names("First Name|Last Name|Email|Accepts Marketing|Total Spent"),
    ),
    columns={
        "person_id": names("Customer ID"),
        "given_name": names("First Name"),
        "family_name": names("Last Name"),
        "email": names("Email"),
        "phone": names("Phone|Default Address Phone"),
        "company": names("Default Address Company|Company"),
        "street": names("Default Address Address1|Address1"),
        "street_2": names("Default Address Address2|Address2"),
        "city": names("Default Address City|City"),
        "postcode": names("Default Address Zip|Zip"),
        "region": names("Default Address Province Code|Default Address Province|Province Code|Province"),
        "country": names("Default Address Country Code|Default Address Country|Country Code|Country"),
        "tags": names("Tags"),
        "note": names("Note"),
        "accepts_email": names("Accepts Email Marketing|Accepts Marketing"),
        "accepts_text": names("Accepts SMS Marketing"),
    },
)
