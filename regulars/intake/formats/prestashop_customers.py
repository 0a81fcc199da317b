"""PrestaShop: customers, as its import file and its grid write them. `Opt-in` is for partners' offers, not yours."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

PRESTASHOP_CUSTOMERS = Format(
    slug="prestashop_customers",
    label=_("PrestaShop customers"),
    source="prestashop",
    takes="people",
    tell_tale=(
        names("Email*|Last Name*|First Name*|Newsletter (0/1)"),
        names("Customer ID|Email*|Birthday (yyyy-mm-dd)"),
        names("ID|Social title|First name|Last name|Email address"),
        names("Last Name*|First Name*|Email*|Opt-in (0/1)"),
        names("id_customer|firstname|lastname|email|newsletter"),
    ),
    columns={
        "person_id": names("Customer ID|ID|id_customer"),
        "salutation": names("Titles ID (Mr = 1, Ms = 2, else 0)|Titles ID (Mr=1 , Ms=2)|Titles ID|Social title"),
        "email": names("Email*|Email address|Email"),
        "birthday": names("Birthday (yyyy-mm-dd)|Birthday"),
        "family_name": names("Last Name*|Last name|lastname"),
        "given_name": names("First Name*|First name|firstname"),
        "company": names("Company"),
        "accepts_email": names("Newsletter (0/1)|Newsletter"),
        "tags": names("Groups (x,y,z...)|Group"),
    },
)
