"""Amounts: Decimal in the one currency of the business, rounded only where it is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit.currencies import CODES, NO_DIGITS, SIGNS, THREE_DIGITS
from regulars.kit.errors import Refusal

LARGEST_DIGITS = 15
SIGN_FIRST = frozenset("en ja zh ko he hi th tr nl id ms cy ga".split())
NO_BREAK = "\u00a0"


def is_currency(code: str) -> bool:
    return code in CODES


def currency_of(text: str) -> str:
    """The currency somebody typed, as its three letters (ISO 4217); refuses what is none."""
    code = text.strip().upper()
    if not is_currency(code):
        raise Refusal(_("Choose a currency by its three letters, such as EUR."), field="currency")
    return code


def digits(currency: str) -> int:
    """How many decimals the currency has: 2, but 0 for the yen and 3 for the dinar."""
    if currency in NO_DIGITS:
        return 0
    return 3 if currency in THREE_DIGITS else 2


def smallest(currency: str) -> Decimal:
    """The smallest amount there is, such as 0.01."""
    return Decimal(1).scaleb(-digits(currency))


def quantized(amount: Decimal | int | str, currency: str) -> Decimal:
    """Round to what the currency can pay, halves away from zero."""
    return Decimal(amount).quantize(smallest(currency), rounding=ROUND_HALF_UP)


def split(amount: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Divide an amount in proportion to `weights` so that the parts add up exactly (largest remainder).

    The amount must be payable in the currency; weights are not negative. All weights zero: equal parts.
    Equal remainders go to the earlier part.
    """
    unit = smallest(currency)
    if quantized(amount, currency) != amount:
        raise ValueError(f"{amount} cannot be paid in {currency}.")
    shares = [Decimal(weight) for weight in weights]
    if not shares or any(share < 0 for share in shares):
        raise ValueError("An amount is split over one or more weights that are not negative.")
    if not any(shares):
        shares = [Decimal(1)] * len(shares)
    units, total = int(abs(amount) / unit), sum(shares)
    exact = [(units * share) / total for share in shares]
    whole = [int(part.to_integral_value(rounding=ROUND_DOWN)) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda index: (whole[index] - exact[index], index))
    for index in by_remainder[: units - sum(whole)]:
        whole[index] += 1
    return [(part * unit).copy_sign(amount) if part else Decimal(0) * unit for part in whole]


def shown(amount: Decimal, currency: str, *, with_currency: bool = True) -> str:
    """The amount as it is written in the reader's language, such as €1,234.50 or 1.234,50 €."""
    rounded = quantized(amount, currency)
    return _written(rounded, digits(currency), currency if with_currency else "")


def roughly(amount: Decimal, currency: str, *, with_currency: bool = True) -> str:
    """An estimate as it is said: three figures, and no coins from ten on, such as €1,230."""
    places = max(-digits(currency), amount.adjusted() - 2) if amount else 0
    rounded = amount.quantize(Decimal(1).scaleb(places), rounding=ROUND_HALF_UP)
    small = digits(currency) if abs(rounded) < 10 and rounded != rounded.to_integral_value() else 0
    return _written(rounded, small, currency if with_currency else "")


def _written(amount: Decimal, places: int, currency: str) -> str:
    number = number_format(abs(amount), places, use_l10n=True, force_grouping=True)
    minus = "-" if amount < 0 else ""
    if not currency:
        return f"{minus}{number}"
    sign = SIGNS.get(currency, currency)
    language = (get_language() or "en").split("-")[0]
    if language not in SIGN_FIRST:
        return f"{minus}{number}{NO_BREAK}{sign}"
    return f"{minus}{sign}{number}" if len(sign) < 3 or sign.endswith("$") else f"{minus}{sign}{NO_BREAK}{number}"


# Reading what people and shops write

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’`´_]")
_NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]+$")
_NUMBER = re.compile(r"[0-9][0-9.,]*|[.,][0-9]+")
_WORD = re.compile(r"^[^\W\d_]{1,4}\.?$")


def parse_amount(text: str, *, decimal: Literal[".", ","] | None) -> Decimal:
    """Read an amount as typed or exported: signs, currency marks, thousands marks, brackets for minus, any digits.

    `decimal` is the decimal mark where it is known. With None it is read from the text, and refused where the text
    can be read two ways (1.234).
    """
    plain, is_negative = _without_marks(text)
    if not _NUMBER.fullmatch(plain):
        raise Refusal(_("“%(text)s” is not an amount.") % {"text": text.strip()[:40]})
    mark = decimal or _decimal_mark(plain, text)
    number = _without_thousands(plain, mark, text)
    try:
        amount = Decimal(number)
    except InvalidOperation:
        raise Refusal(_("“%(text)s” is not an amount.") % {"text": text.strip()[:40]}) from None
    if amount.adjusted() >= LARGEST_DIGITS:
        raise Refusal(_("“%(text)s” is too large an amount.") % {"text": text.strip()[:40]})
    return -amount if is_negative and amount else amount


def _without_marks(text: str) -> tuple[str, bool]:
    """Digits and separators only, and whether the amount is negative."""
    plain = "".join(_western(character) for character in text.strip())
    is_negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, is_negative = plain[1:-1], True
    plain = _NO_CENTS.sub("", plain.strip())
    plain = _without_currency(plain)
    for edge in ("-", "+"):
        if plain.startswith(edge) or (plain.endswith(edge) and len(plain) > 1):
            is_negative ^= edge == "-"
            plain = _without_currency(plain[1:] if plain.startswith(edge) else plain[:-1])
            break
    return _SPACES.sub("", plain), is_negative


def _western(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return {"٫": ".", "٬": "'", "−": "-", "‒": "-", "–": "-", "—": "-", "，": ",", "．": ".", "؜": "",
            "\u200e": "", "\u200f": "", "\ufeff": ""}.get(character, character)  # fmt: skip


def _without_currency(text: str) -> str:
    """Take one currency sign or word off either end."""
    bare = "".join(" " if unicodedata.category(character) == "Sc" else character for character in text).strip()
    front = re.match(r"[^\W\d_]+\.?", bare)
    if front and _WORD.match(front.group()):
        bare = bare[front.end() :].strip()
    back = re.search(r"[^\W\d_]+\.?$", bare)
    if back and _WORD.match(back.group()):
        bare = bare[: back.start()].strip()
    return "".join(character for character in bare if unicodedata.category(character) != "Sc").strip()


def _decimal_mark(plain: str, text: str) -> str:
    """Which of . and , stands before the decimals."""
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        return "." if plain.rindex(".") > plain.rindex(",") else ","
    mark = "." if dots else ","
    if dots + commas != 1:
        return "," if mark == "." else "."
    before, after = plain.split(mark)
    if len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0"):
        raise Refusal(
            _("“%(text)s” can be read two ways. Write it without a thousands mark.") % {"text": text.strip()[:40]}
        )
    return mark


def _without_thousands(plain: str, mark: str, text: str) -> str:
    thousands = "," if mark == "." else "."
    whole, _point, decimals = plain.partition(mark)
    groups = whole.split(thousands)
    are_groups = all(len(group) in (2, 3) for group in groups[1:]) and len(groups[-1]) == 3 and 0 < len(groups[0]) <= 3
    if thousands in decimals or mark in decimals or (len(groups) > 1 and not are_groups):
        raise Refusal(_("“%(text)s” is not an amount.") % {"text": text.strip()[:40]})
    return f"{''.join(groups) or '0'}.{decimals or '0'}"
