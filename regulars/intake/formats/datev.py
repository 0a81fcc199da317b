"""DATEV: the customers and suppliers of a bookkeeping (Debitoren/Kreditoren). A batch of bookings names nobody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

DATEV_ACCOUNTS = Format(
    slug="datev_accounts",
    label=_("DATEV customers and suppliers"),
    source="datev",
    takes="people",
    tell_tale=(names("Konto|Name (Adressattyp Unternehmen)|Adressattyp"),),
    columns={
        "person_id": names("Konto"),
        "company": names("Name (Adressattyp Unternehmen)"),
        "family_name": names("Name (Adressattyp natürl. Person)"),
        "given_name": names("Vorname (Adressattyp natürl. Person)"),
        "full_name": names("Name (Adressattyp keine Angabe)"),
        "salutation": names("Anrede"),
        "street": names("Straße"),
        "street_2": names("Adresszusatz"),
        "postcode": names("Postleitzahl"),
        "city": names("Ort"),
        "country": names("Land"),
        "phone": names("Telefon"),
        "phone_2": names("Telefon GL"),
        "email": names("E-Mail"),
    },
    # Accounts of persons have one figure more than the others: customers begin with 1 to 6, suppliers with 7 to 9.
    supplier_numbers="[7-9][0-9]{4,8}",
)
