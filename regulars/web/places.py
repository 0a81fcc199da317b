"""Zones, countries and currencies to choose from, and a first guess from what the browser says it speaks."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from django.utils.translation import get_language

from regulars.kit.currencies import CODES, SIGNS
from regulars.web.countries import COUNTRIES

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
EURO = "AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA XK"
OTHER_MONEY = """
    AE:AED AR:ARS AU:AUD BA:BAM BD:BDT BH:BHD BR:BRL CA:CAD CH:CHF CL:CLP CN:CNY CO:COP CR:CRC CZ:CZK DK:DKK
    DO:DOP DZ:DZD EC:USD EG:EGP GB:GBP GE:GEL GH:GHS GT:GTQ HK:HKD HU:HUF ID:IDR IL:ILS IN:INR IS:ISK JO:JOD
    JP:JPY KE:KES KR:KRW KW:KWD KZ:KZT LI:CHF LK:LKR MA:MAD MD:MDL MK:MKD MX:MXN MY:MYR NG:NGN NO:NOK NP:NPR
    NZ:NZD OM:OMR PA:USD PE:PEN PH:PHP PK:PKR PL:PLN PR:USD PY:PYG QA:QAR RO:RON RS:RSD SA:SAR SE:SEK SG:SGD
    TH:THB TN:TND TR:TRY TW:TWD TZ:TZS UA:UAH UG:UGX US:USD UY:UYU VN:VND ZA:ZAR ZM:ZMW
"""
CURRENCY_OF = dict.fromkeys(EURO.split(), "EUR") | dict(pair.split(":") for pair in OTHER_MONEY.split())
SPOKEN = "de:DE fr:FR it:IT nl:NL pl:PL sv:SE da:DK nb:NO fi:FI cs:CZ ja:JP ko:KR pt:PT es:ES el:GR hu:HU ro:RO tr:TR"
SPOKEN_IN = dict(pair.split(":") for pair in SPOKEN.split())

Choices = list[tuple[str, str]]


def countries() -> Choices:
    """Every country by its name in the reader's language, in the order of the names."""
    return _countries_in(get_language() or "")


@lru_cache(maxsize=16)
def _countries_in(language: str) -> Choices:
    """Sorted once for each language of a reader, which is the one in force."""
    return sorted(((code, str(name)) for code, name in COUNTRIES.items()), key=lambda pair: pair[1].casefold())


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, Choices]]:
    """Every zone a shop can stand in, by part of the world, as grouped choices."""
    known = sorted(name for name in available_timezones() if name.split("/")[0] in REGIONS and "/" in name)
    grouped = [
        (region, [(name, name.partition("/")[2].replace("_", " ").replace("/", ", ")) for name in names])
        for region, names in groupby(known, key=lambda name: name.split("/")[0])
    ]
    return [*grouped, ("", [("UTC", "UTC")])]


@lru_cache(maxsize=1)
def currencies() -> Choices:
    """Every currency by its code, with its sign where it has one."""
    return [(code, f"{code} ({SIGNS[code]})" if code in SIGNS else code) for code in sorted(CODES)]


def country_guess(accepted_languages: str) -> str:
    """Guess from an Accept-Language header: "de-CH,de;q=0.9" is CH, "de" alone DE; empty when nothing tells."""
    named = re.search(r"\b[a-z]{2,3}-([A-Z]{2})\b", accepted_languages)
    if named and named[1] in COUNTRIES:
        return named[1]
    spoken = re.match(r"[a-z]{2}", accepted_languages)
    return SPOKEN_IN.get(spoken[0], "") if spoken else ""
