"""What everybody together is worth over the horizon, and how sure that is."""

from __future__ import annotations

from typing import NamedTuple

from regulars.cli.insight.analysis import Answer
from regulars.insight.discounting import kept_rate
from regulars.insight.frames import opened
from regulars.insight.value_months import MonthsAhead

CONFIDENCE = 0.95


class Worth(NamedTuple):
    """The sum of `value` over the table `people`, and its limits in 19 cases of 20; money of the file."""

    value: float
    low: float
    high: float


def worth_of(answer: Answer) -> Worth | None:
    """Add everybody up; None where nothing is known of what a visit is worth."""
    if answer.spend is None or answer.spend.params_ is None:
        return None
    [(value,)] = answer.con.execute("SELECT sum(value) FROM people").fetchall()
    if value is None:
        return None
    asked = answer.asked
    ahead = MonthsAhead(opened(answer.facts), answer.choice.model, answer.spend, asked.horizon_days, asked.as_of)
    said = ahead.on_terms(kept_rate(asked.margin_rate), asked.discount_rate_year, CONFIDENCE)
    total, low, high = (float(said[name][-1]) for name in ("total_value", "total_value_low", "total_value_high"))
    level = value / total if total > 0 else 1.0  # months and persons are discounted in steps of their own
    return Worth(float(value), low * level, high * level)


def money(value: float, currency: str = "") -> str:
    """Write an amount of the file, with its currency where the file says one."""
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return f"{currency} {text}" if currency else text
