"""What a part of a text costs, by the country it goes to, as the owner entered it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

FREE = Decimal(0)
MOST = Decimal(10)


def read_prices(text: str) -> dict[str, str]:
    """One price a line, a country before it: "DE 0.075". A line without a country counts for all the others."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.replace(",", ".").split()
        if not parts:
            continue
        country = parts[0].upper() if len(parts) == 2 else ""
        amount = _amount(parts[-1])
        is_country = not country or (len(country) == 2 and country in phonenumbers.SUPPORTED_REGIONS)
        if len(parts) > 2 or amount is None or not is_country:
            raise Refusal(
                _("“%(line)s” is no price. Write a country and what one part costs, such as DE 0.075.")
                % {"line": line},
                field="prices",
            )
        found[country] = str(amount)
    return found


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and FREE <= amount <= MOST else None


def prices_as_text(prices: Mapping[str, str]) -> str:
    return "\n".join(f"{country} {amount}".strip() for country, amount in sorted(prices.items()))


@lru_cache(maxsize=20_000)
def country_of(number: str) -> str:
    """The country of a number in its full form; "" where it says none."""
    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(number)) or "")
    except phonenumbers.NumberParseException:
        return ""


def cost_of(prices: Mapping[str, str], number: str, segments: int) -> Decimal:
    """What a text of so many parts to this number costs, in business currency; nothing where no price is known."""
    price = prices.get(country_of(number)) or prices.get("") or "0"
    return Decimal(price) * segments
