"""The figures of a finding as words: amounts, shares, days and months, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.charts import percent
from regulars.kit.money import roughly
from regulars.kit.templatetags.kit import day_words
from regulars.standings.models import Finding
from regulars.standings.words import why_not

Amount = str | float | int | Decimal | None


def count(n: float) -> str:
    return number_format(round(n), 0, force_grouping=True)


def people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": number_format(n, force_grouping=True)}


def money(amount: Amount, *, with_currency: bool = True) -> str:
    """An amount of a finding in three figures."""
    return roughly(Decimal(str(amount or 0)), business().currency, with_currency=with_currency)


def axis_money(value: float) -> str:
    """An amount at the side of a chart; the currency stands in the words."""
    return money(value, with_currency=False)


def once(value: float) -> str:
    """A small number with one decimal, such as 1.6 purchases."""
    return number_format(round(value, 1), 1)


def part(share: float) -> str:
    """A share in whole percent that never says nothing of something."""
    return _("less than %(share)s") % {"share": percent(0.01)} if 0 < share < 0.005 else percent(share)


def tenths(share: float) -> str:
    """A share as people say it: "6 in 10"."""
    n = round(10 * share)
    if n == 0:
        return _("fewer than 1 in 10")
    if n == 10 and share < 1:
        return _("nearly 10 in 10")
    return _("%(n)d in 10") % {"n": n}


def said(estimate: Mapping[str, Any] | None, shown: Callable[[Any], str] = money) -> str:
    """A value with its interval, or without where none could be given; empty for nothing."""
    if not estimate or estimate.get("value") is None:
        return ""
    between = interval(estimate.get("low"), estimate.get("high"), shown)
    value = shown(estimate["value"])
    return _("%(value)s (%(interval)s)") % {"value": value, "interval": between} if between else value


def interval(low: Any, high: Any, shown: Callable[[Any], str] = money) -> str:
    """ "12 to 18"; empty where one end is missing."""
    if low is None or high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": shown(low), "high": shown(high)}


def share_said(estimate: Mapping[str, Any] | None) -> str:
    return said(estimate, percent)


def month(text: str) -> str:
    """ "Mar 2026" of "2026-03-01"."""
    return date_format(date.fromisoformat(text), "M Y")


def short_month(text: str) -> str:
    """ "Mar", and the year's own number in January."""
    day = date.fromisoformat(text)
    return str(day.year) if day.month == 1 else date_format(day, "M")


def stretch(first: str, until: str | None) -> str:
    """A month, or the two days between which it runs where it does not begin on the first."""
    if until is None or first.endswith("-01"):
        return month(first)
    begin, end = date.fromisoformat(first), date.fromisoformat(until)
    return f"{day_words(begin, short=True)} \u2013 {day_words(end, short=True)}"


def quarter(text: str) -> str:
    day = date.fromisoformat(text)
    return _("Q%(quarter)d %(year)d") % {"quarter": (day.month + 2) // 3, "year": day.year}


def span(days: int) -> str:
    """A length of time in the unit people use: days up to two months, then months, then years."""
    if days < 60:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    months = round(days / 30.44)
    if months < 24 and months % 12:
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    years = max(1, round(days / 365.25))
    return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}


def within(span_days: float) -> str:
    """A time by which something had come about, never rounded below it: days up to four months, then months."""
    whole = math.ceil(span_days)
    if whole <= 122:
        return ngettext("%(n)d day", "%(n)d days", whole) % {"n": whole}
    months = math.ceil(whole / 30.44)
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def why(found: Finding | None) -> str:
    """Why a page has nothing to show, with how much it takes and how much there is; empty where it has."""
    if found is None:
        return _("This is worked out every night, and after a file was taken in. It is not there yet.")
    reason = found.data.get("reason") or ""
    if not reason:
        return ""
    words = why_not(reason) or why_not("no-model")
    needed, have = found.data.get("needed"), found.data.get("have")
    if not needed or have is None:
        return words
    if have < needed:
        more = ngettext(
            "It takes about %(needed)s people who bought on two days or more; there is %(have)s.",
            "It takes about %(needed)s people who bought on two days or more; there are %(have)s.",
            have,
        )
        return f"{words} {more % {'needed': count(needed), 'have': count(have)}}"
    buyers, needed = found.n, found.data.get("needed_buyers") or 0
    if buyers >= needed:
        return words
    more = ngettext(
        "It takes %(needed)s people who bought; there is %(have)s.",
        "It takes %(needed)s people who bought; there are %(have)s.",
        buyers,
    )
    return f"{words} {more % {'needed': count(needed), 'have': count(buyers)}}"
