"""What money that is due later is worth today, and how much of it the owner keeps."""

from __future__ import annotations

import numpy as np

from regulars.insight.arrays import Floats
from regulars.insight.estimates import check_confidence

DISCOUNT_RATE_YEAR = 0.1
YEAR_DAYS = 365.25


def kept_rate(margin_rate: float | None) -> float:
    """Take the owner's margin, or everything where there is none."""
    if margin_rate is None:
        return 1.0
    if not 0 <= margin_rate <= 1:
        raise ValueError(f"{margin_rate} is not a margin; give what is kept of each unit taken, from 0 to 1")
    return margin_rate


def discounts(middle_days: Floats, discount_rate_year: float) -> Floats:
    """Say what a unit of money due after so many days is worth today."""
    return np.asarray((1 + discount_rate_year) ** (-middle_days / YEAR_DAYS))


def check_terms(horizon_days: float, discount_rate_year: float, confidence: float) -> None:
    """Refuse a horizon, a discount or a confidence that cannot be."""
    if not 0 < horizon_days < 1e6:
        raise ValueError(f"{horizon_days} days is not a horizon; give a number of days above 0")
    if not 0 <= discount_rate_year < 10:
        raise ValueError(f"{discount_rate_year} is not a yearly discount rate; 0.1 is ten percent")
    check_confidence(confidence)
