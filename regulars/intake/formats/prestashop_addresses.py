"""PrestaShop: addresses. They belong to a customer by e-mail address; those of a manufacturer or a supplier have none."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

PRESTASHOP_ADDRESSES = Format(
    slug="prestashop_addresses",
    label=_("PrestaShop addresses"),
    source="prestashop",
    takes="people",
    tell_tale=(
        names("Alias*|Customer e-mail*|Lastname*|Firstname*|Address 1*"),
        names("Address ID|Alias*|Lastname*|Firstname*"),
    ),
    columns={
        "person_id": names("Customer ID"),
        "email": names("Customer e-mail*"),
        "given_name": names("Firstname*"),
        "family_name": names("Lastname*"),
        "company": names("Company|Manufacturer|Supplier"),
        "supplier": names("Manufacturer|Supplier"),
        "street": names("Address 1*"),
        "street_2": names("Address 2"),
        "postcode": names("Zipcode*"),
        "city": names("City*"),
        "region": names("State"),
        "country": names("Country*"),
        "phone": names("Mobile Phone|Phone"),
        "phone_2": names("Phone"),
        "note": names("Other"),
    },
)
