"""A share with its interval, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple

from regulars.insight.estimates import wilson_interval

MINIMUM_PEOPLE = 5
TOO_FEW = "too few people"
NOT_OVER = "not over yet"


class Share(NamedTuple):
    """A share of people; missing with its reason where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    reason: str | None


def share_of(successes: int, n: int, confidence: float) -> Share:
    """Estimate a share, or say that there are too few people.

    Examples
    --------
    >>> share_of(2, 4, 0.95)
    Share(value=None, low=None, high=None, reason='too few people')
    """
    found = wilson_interval(successes, n, confidence)
    if found is None or n < MINIMUM_PEOPLE:
        return Share(None, None, None, TOO_FEW)
    return Share(found.value, found.low, found.high, None)
