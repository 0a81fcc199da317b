"""Magento: customers and their addresses, as its import files write them. Password hashes are not even read."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

MAGENTO_CUSTOMERS = Format(
    slug="magento_customers",
    label=_("Magento customers"),
    source="magento",
    takes="people",
    tell_tale=(
        names("email|_website|firstname|lastname"),
        names("_email|_website|firstname|lastname|postcode"),
        names("ID|Name|Email|Group|Customer Since|Web Site"),
    ),
    columns={
        "person_id": names("ID"),
        "email": names("email|_email"),
        "full_name": names("Name"),
        "salutation": names("prefix"),
        "given_name": names("firstname"),
        "middle_name": names("middlename"),
        "family_name": names("lastname"),
        "birthday": names("dob|Date of Birth"),
        "company": names("company|_address_company"),
        "street": names("street|_address_street|Street Address"),
        "city": names("city|_address_city|City"),
        "postcode": names("postcode|_address_postcode|ZIP"),
        "region": names("region|_address_region|State/Province"),
        "country": names("country_id|_address_country_id|Country"),
        "phone": names("telephone|_address_telephone|Phone"),
        "tags": names("Group"),
    },
)
