"""Mailchimp: an audience. Who is subscribed, unsubscribed or cleaned stands in the name of the file and in its columns:
UNSUB_TIME only in the file of those who left, CLEAN_TIME only in the file of addresses that failed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names


def mail_status(header_keys: Iterable[str], file_name: str) -> str:
    """Return what everybody in this file is: left, bad, none (only a contact), or subscribed where a day says so."""
    keys, name = set(header_keys), re.sub(r"[^a-z]", "", file_name.lower())
    if "cleantime" in keys or "cleancampaignid" in keys or "cleaned" in name:
        return "bad"
    if "unsubtime" in keys or "unsubcampaignid" in keys or ("unsubscribed" in name):
        return "left"
    return "none" if "nonsubscribed" in name or "transactional" in name else "subscribed where dated"


MAILCHIMP = Format(
    slug="mailchimp",
    label=_("Mailchimp audience"),
    source="mailchimp",
    takes="people",
    tell_tale=(
        names("Email Address|OPTIN_TIME"),
        names("Email Address|MEMBER_RATING"),
        names("Email Address|LEID|EUID"),
        names("Email Address|CONFIRM_TIME"),
    ),
    columns={
        "person_id": names("EUID"),
        "email": names("Email Address"),
        "given_name": names("First Name"),
        "family_name": names("Last Name"),
        "company": names("Company"),
        "phone": names("Phone Number|Phone"),
        "street": names("Address"),
        "postcode": names("ZIP Code|ZIP"),
        "birthday": names("Birthday"),
        "opted_in_at": names("CONFIRM_TIME|OPTIN_TIME"),
        "left_at": names("UNSUB_TIME"),
        "cleaned_at": names("CLEAN_TIME"),
        "mail_status": names("Email Marketing Status|Subscription Status|Status"),
        "note": names("NOTES"),
        "tags": names("TAGS"),
    },
    utc=frozenset({"opted_in_at", "left_at", "cleaned_at"}),
    mail_status=mail_status,
    is_month_first=True,
)
