"""What may stand in the business's settings, with the sentence for what may not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.kit.money import currency_of

FIELDS = frozenset(field.name for field in Business._meta.fields)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; Refusal names the first that cannot be."""
    return {name: CHECKS[name](value) if name in CHECKS else value for name, value in fields.items()}


def _name(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text:
        raise Refusal(_("Give the business a name."), field="name")
    if len(text) > 200:
        raise Refusal(_("The name is longer than 200 letters."), field="name")
    return text


def _zone(value: Any) -> str:
    if value not in available_timezones():
        raise Refusal(_("Choose a time zone such as Europe/Paris."), field="zone")
    return str(value)


def _currency(value: Any) -> str:
    return currency_of(str(value))


def _country(value: Any) -> str:
    code = str(value).strip().upper()
    if code and not re.fullmatch("[A-Z]{2}", code):
        raise Refusal(_("Choose a country by its two letters, such as FR."), field="country")
    return code


def _language(value: Any) -> str:
    if value not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose one of the languages on the list."), field="language")
    return str(value)


def _public_address(value: Any) -> str:
    address = str(value).strip().rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
        raise Refusal(
            _("The public address begins with https:// and a name, or is left empty."), field="public_address"
        )
    return address


def _accent(value: Any) -> str:
    colour = str(value).strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Refusal(_("Write a colour as # and six signs, such as #3f6b4f."), field="accent")
    return colour


def _opening_hours(value: Any) -> dict[str, list[list[str]]]:
    """{"mon": [["09:00", "12:30"], ["14:00", "18:00"]], …}; a day that is missing is closed."""
    if not isinstance(value, Mapping) or set(value) - set(DAYS):
        raise Refusal(_("Opening hours are given for the days of the week."), field="opening_hours")
    for spans in value.values():
        last = ""
        for start, end in spans:
            if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)) or not last <= start < end:
                raise Refusal(
                    _("Opening hours run from an earlier to a later time, such as 09:00 to 18:00."),
                    field="opening_hours",
                )
            last = end
    return {day: [list(span) for span in value[day]] for day in DAYS if value.get(day)}


def _time(field: str) -> Callable[[Any], time]:
    def check(value: Any) -> time:
        if isinstance(value, time):
            return value
        if not _CLOCK.fullmatch(str(value)):
            raise Refusal(_("Write a time such as 20:00."), field=field)
        return time.fromisoformat(str(value))

    return check


def _count(field: str, least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if not str(value).isdigit() or not least <= int(value) <= most:
            raise Refusal(
                _("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}, field=field
            )
        return int(value)

    return check


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "zone": _zone,
    "currency": _currency,
    "country": _country,
    "language": _language,
    "public_address": _public_address,
    "accent": _accent,
    "opening_hours": _opening_hours,
    "quiet_from": _time("quiet_from"),
    "quiet_until": _time("quiet_until"),
    "send_delay_minutes": _count("send_delay_minutes", 0, 1440),
    "touches_per_week": _count("touches_per_week", 1, 50),
    "asks_per_month": _count("asks_per_month", 0, 50),
    "call_attempts": _count("call_attempts", 1, 20),
}
