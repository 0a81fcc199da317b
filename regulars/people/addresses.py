"""E-mail addresses and phone numbers: as typed, and as they are compared."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# The plain majority, decided without the full grammar; everything else goes to email-validator. Labels such as xn--0
# and names that the internet keeps for itself (.local) are none for the quick reading; .invalid is, because programs
# write it for people who gave no address, and know them by it, and .test, where somebody tries their own server.
_PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?!(?:arpa|local|localhost|onion)$)[a-z]{2,24}",
    re.IGNORECASE | re.ASCII,
)

WITH_ITS_ZERO = re.compile(r"0[1-9]\d{8}")

# A word behind a whole number (mobil, privat, work) is no part of it, as the letters of 0800 FLOWERS are.
_SAID_BEHIND = re.compile(
    r"(?<=\d)\s*[(\[,;/-]?\s*(?!e?xt|extn|int\b|app\b|poste\b|anexo\b|durchwahl\b)[^\W\d_]{2,}\D*$", re.IGNORECASE
)
_WHOLE_NUMBER = 8

# Mexico gave up its prefixes in 2019 and 2020: 01 and 044 or 045 before ten figures, and a 1 behind the +52.
_OLD_MEXICAN = re.compile(r"(?:\+521|00521|(?P<home>521|04[45]|01))(?P<rest>\d{10})")
_WHOLE_ABROAD = 11

_PUNCTUATION = str.maketrans("", "", " -./\u00a0")


def normalised_email(address: str) -> str:
    """Return the address as it is compared, or "" when it cannot be one. Whether it can be reached is never asked."""
    clean = address.strip(" \t\xa0")
    if "\ufffd" in clean:
        return ""  # a letter was lost on the way here
    if len(clean) <= 254 and clean.find("@") <= 64 and _PLAIN.fullmatch(clean):
        return clean.lower()
    try:
        found = validate_email(
            clean,
            check_deliverability=False,
            allow_smtputf8=True,
            allow_quoted_local=True,
            strict=True,
            test_environment="." in clean.rpartition("@")[2],
        )
    except EmailNotValidError:
        return ""
    return found.normalized.casefold()


def e164(as_typed: str, region: str) -> str:
    """Return the number in international form, or "" when it is none; `region` reads numbers without a country."""
    digits = as_typed.translate(_PUNCTUATION)
    if digits.startswith("+") and digits[1:].isdecimal() and digits.isascii():
        return digits if _is_plainly_possible(digits[1:]) else _read(as_typed, region)
    return _read(as_typed, region)


def e164_among(as_typed: str, regions: tuple[str, ...]) -> str:
    """Return the number in international form as the first of these countries reads it that has such a number.

    One that no country has is "", so that no prefix is invented; only a full number written with the zero of
    its country need not be in use there (many are kept for examples).
    """
    if as_typed.lstrip(" (").startswith("+"):
        return e164(as_typed, regions[-1] if regions else "")
    return _read_among(as_typed, regions)


@lru_cache(maxsize=8192)
def _read_among(as_typed: str, regions: tuple[str, ...]) -> str:
    for region in regions:
        number = _parsed(as_typed, region)
        if number is not None and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(letter for letter in as_typed if letter.isdecimal())
    if WITH_ITS_ZERO.match(digits):
        zeros = (region for region in regions if _is_dialled_with_zero(region))
        return next((found for region in zeros if (found := _read(as_typed, region))), "")
    return ""


def _is_dialled_with_zero(region: str) -> bool:
    found = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return found is not None and found.national_prefix == "0"


def _parsed(as_typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    bare = _without_words(as_typed)
    return _dialled_from_abroad(bare, region) or _understood(_without_old_prefix(bare, region), region)


def _understood(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None


def _without_old_prefix(text: str, region: str) -> str:
    found = _OLD_MEXICAN.fullmatch(phonenumbers.normalize_diallable_chars_only(text))
    return f"+52{found['rest']}" if found and (region == "MX" or not found["home"]) else text


def _dialled_from_abroad(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A mobile number with the country in front and without its plus, as many programs write it: 49 170 1234567."""
    code = str(phonenumbers.country_code_for_region(region)) if region else "0"
    digits = phonenumbers.normalize_diallable_chars_only(text)
    if not digits.startswith(code) or not digits.isdecimal() or len(digits) < _WHOLE_ABROAD:
        return None
    number = _understood(f"+{digits}", "")
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return number if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE else None


def _without_words(as_typed: str) -> str:
    found = _SAID_BEHIND.search(as_typed)
    if found and sum(letter.isdecimal() for letter in as_typed[: found.start()]) >= _WHOLE_NUMBER:
        return as_typed[: found.start()]
    return as_typed


def _is_plainly_possible(digits: str) -> bool:
    """Decide the plain majority by their country's lengths; a trunk prefix is left to the full reading."""
    for size in (1, 2, 3):
        lengths, prefix = _country(digits[:size])
        if lengths:
            rest = digits[size:]
            return len(rest) in lengths and not rest.startswith(("0", prefix))
    return False


@lru_cache(maxsize=1024)
def _country(code: str) -> tuple[frozenset[int], str]:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code else ()
    found = phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    # A country that rewrites what is dialled is read by its own rules.
    if found is None or found.general_desc is None or found.national_prefix_transform_rule:
        return frozenset(), "0"
    return frozenset(found.general_desc.possible_length), found.national_prefix or "0"


@lru_cache(maxsize=8192)
def _read(as_typed: str, region: str) -> str:
    number = _parsed(as_typed, region)
    if number is None or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
