"""Amounts as shops write them: 1.234,56 €, $1,234.56, (12.00), 12,-, 1'234.50, ١٢٫٥٠."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from regulars.intake.values.digits import plain

Mark = Literal[".", ","]
SIGNS = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₹": "INR", "₽": "RUB", "₺": "TRY", "₴": "UAH", "₪": "ILS",
         "฿": "THB", "₫": "VND", "₩": "KRW", "r$": "BRL", "ft": "HUF", "원": "KRW", "us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD",
         "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "fr.": "CHF", "sfr.": "CHF", "лв": "BGN", "лв.": "BGN"}  # fmt: skip
DOLLAR = "$"  # of which country, only the business can tell
NAMELESS = frozenset({DOLLAR, "¥", "円", "元", "kr", "kr.", "sek.", "lei", "₨", "rs", "rs."})
NUMBER = re.compile(r"\d[\d.,' ]*|[.,]\d+")
CODE = re.compile(r"[a-z]{3}", re.IGNORECASE)
MINUS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "٫": ".",
        "٬": "",
        "’": "'",
        "´": "'",
        "￥": "¥",
        "＄": "$",
        "，": ",",
        "．": ".",
        "－": "-",
        "（": "(",
        "）": ")",
    }
)


@dataclass(frozen=True)
class Amount:
    """A decimal number and the currency written beside it, if any."""

    amount: Decimal
    currency: str = ""


def parse(text: str, decimal: Mark = ".") -> Amount | None:
    """Read one amount; `decimal` decides what 1,234 means where the text alone cannot tell."""
    clean = plain(text).translate(MINUS)
    found = NUMBER.search(clean)
    if not found:
        return None
    before, after = clean[: found.start()], clean[found.end() :].removesuffix("/-")  # Rs. 500/-: and nothing more
    if found[0].rstrip().endswith((",", ".")):  # 12,- has no cents, and no minus
        after = after.lstrip("- ")
    is_negative, beside = _sign(before, after)
    currency = _currency(beside)
    number = _number(found[0].strip(), decimal)
    if currency is None or number is None:
        return None
    return Amount(-number if is_negative else number, currency)


def _sign(before: str, after: str) -> tuple[bool, str]:
    """A minus before or behind, or brackets around; `12,-` is no minus."""
    beside = (before + " " + after).strip()
    is_bracketed = "(" in before and ")" in after
    is_negative = is_bracketed or "-" in before or after.strip() in {"-", "- "} or after.strip().endswith("-")
    for mark in "-()+":
        beside = beside.replace(mark, " ")
    return is_negative, beside.strip()


def _currency(beside: str) -> str | None:
    """The currency beside the number, "" for none, None when what stands there is no currency."""
    words = beside.split()
    if not words:
        return ""
    if all(word == words[0] for word in words):
        words = words[:1]
    if len(words) == 2 and CODE.fullmatch(words[1]) and (words[0].lower() in SIGNS or words[0].lower() in NAMELESS):
        return words[1].upper()
    if len(words) == 2 and CODE.fullmatch(words[0]) and (words[1].lower() in SIGNS or words[1].lower() in NAMELESS):
        return words[0].upper()
    if len(words) != 1:
        return None
    word = words[0].lower()
    if word in SIGNS:
        return SIGNS[word]
    if word in NAMELESS:
        return word if word == DOLLAR else ""
    return word.upper() if CODE.fullmatch(word) else None


def _number(text: str, decimal: Mark) -> Decimal | None:
    if text.endswith((",", ".")):  # 12,- and 12.
        text = text[:-1]
    text = text.replace("'", "").replace(" ", "")
    mark = _mark(text, decimal)
    thousands = "," if mark == "." else "."
    whole, _, rest = text.partition(mark)
    groups = whole.split(thousands)
    if len(groups) > 1 and (len(groups[-1]) != 3 or any(len(group) not in {2, 3} for group in groups[1:])):
        return None
    digits = "".join(groups) or "0"
    if not digits.isdigit() or (rest and not rest.isdigit()):
        return None
    return Decimal(f"{digits}.{rest}" if rest else digits)


def _mark(text: str, decimal: Mark) -> Mark:
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    if dot < 0 and comma < 0:
        return decimal
    mark: Mark = "." if dot >= 0 else ","
    other: Mark = "," if mark == "." else "."
    if text.count(mark) > 1:
        return other
    behind = len(text) - text.rfind(mark) - 1
    return mark if behind != 3 or text.startswith(("0", mark)) else decimal


@dataclass(frozen=True)
class Style:
    """The decimal mark of a column; `is_sure` is false when 1,234 may mean either and it matters."""

    decimal: Mark
    is_sure: bool = True


def style_of(texts: Iterable[str], usual: Mark = ".") -> Style:
    """Work the decimal mark out of a column's values; `usual` is taken when all of them could be either."""
    votes = {".": 0, ",": 0}
    doubtful = False
    for text in texts:
        found = NUMBER.search(plain(text).translate(MINUS))
        if not found:
            continue
        evidence = _evidence(found[0].strip(" '"))
        if evidence is None:
            continue
        if evidence == "?":
            doubtful = True
        else:
            votes[evidence] += 1
    if votes["."] or votes[","]:
        return Style("." if votes["."] >= votes[","] else ",")
    return Style(usual, is_sure=not doubtful)


def _evidence(text: str) -> str | None:
    """The decimal mark this number proves, "?" if it holds one mark before three digits, None without any mark."""
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    if dot < 0 and comma < 0:
        return None
    mark = "." if dot >= 0 else ","
    other = "," if mark == "." else "."
    if text.count(mark) > 1:
        return other
    behind = len(text) - text.rfind(mark) - 1
    if behind != 3:
        return mark
    return mark if text.startswith(("0", mark)) else "?"
