"""Contact cards (vCard, jCard, xCard), as every address book and telephone writes them. They say nothing of consent."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names

VCARD = Format(
    slug="vcard",
    label=_("Contact cards"),
    source="vcard",
    takes="people",
    tell_tale=(names("UID|FN|N given|N family|beyond the columns"),),
    columns={
        "person_id": names("UID"),
        "full_name": names("FN"),
        "given_name": names("N given"),
        "family_name": names("N family"),
        "salutation": names("N prefix"),
        "email": names("EMAIL"),
        "phone": names("TEL"),
        "birthday": names("BDAY"),
        "language": names("LANG"),
        "tags": names("CATEGORIES"),
        "note": names("NOTE"),
        "deceased_on": names("DEATHDATE"),
        "beyond": names("beyond the columns"),
    },
    takes_names_alone=True,
)
