"""Scalar statistics that any room may call: a value, its interval, and how many it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple


class Estimate(NamedTuple):
    """A value with its interval and its count."""

    value: float
    low: float
    high: float
    n: int


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> Estimate | None:
    """Estimate a share from a count, with Wilson's score interval.

    Parameters
    ----------
    successes : int
        How many did, 0 to n.
    n : int
        Of how many.
    confidence : float, default 0.95
        Share of intervals made this way that hold the true share.

    Returns
    -------
    Estimate or None
        Shares between 0 and 1; None when n is 0.

    Raises
    ------
    ValueError
        When the counts or the confidence are impossible.

    Notes
    -----
    ``(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``, Wilson (1927), "Probable inference, the
    law of succession, and statistical inference", JASA 22, 209-212. Never leaves 0..1, fair with few people.

    Examples
    --------
    >>> share = wilson_interval(9, 44)
    >>> round(share.value, 3), round(share.low, 3), round(share.high, 3), share.n
    (0.205, 0.112, 0.345, 44)
    >>> wilson_interval(0, 0) is None
    True
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share")
    if n == 0:
        return None
    z = _z(confidence)
    p = successes / n
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    return Estimate(p, 0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half, n)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Estimate | None:
    """Estimate a mean with Student's interval.

    Parameters
    ----------
    values : sequence of float
        The observations, in any unit; the answer has the same.
    confidence : float, default 0.95
        Share of intervals made this way that hold the true mean.

    Returns
    -------
    Estimate or None
        None with fewer than two values: one value says nothing about spread.

    Raises
    ------
    ValueError
        When a value is not finite or the confidence is impossible.

    Notes
    -----
    ``mean +- t(n - 1) s / sqrt(n)``, Student (1908), Biometrika 6, 1-25. Skewed values (money) want about 30 of them.

    Examples
    --------
    >>> gap = mean_interval([38.0, 41.0, 44.0, 41.0])
    >>> round(gap.value, 1), round(gap.low, 1), round(gap.high, 1), gap.n
    (41.0, 37.1, 44.9, 4)
    """
    if not all(math.isfinite(value) for value in values):
        raise ValueError("a value is not a finite number")
    n = len(values)
    if n < 2:
        return None
    mean = fmean(values)
    half = t_quantile((1 + confidence) / 2, n - 1) * stdev(values) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, n)


def t_quantile(p: float, degrees: int) -> float:
    """Find the quantile of Student's t distribution, without scipy.

    Parameters
    ----------
    p : float
        Probability, between 0.5 and 1 (both excluded from 1).
    degrees : int
        Degrees of freedom, >= 1.

    Returns
    -------
    float
        t with ``P(T <= t) = p``.

    Notes
    -----
    Bisection on the exact distribution function, which for whole degrees of freedom is a finite sum (Abramowitz and
    Stegun 1964, 26.7.3 and 26.7.4); above 200 degrees the expansion 26.7.5 in 1 / degrees is exact to 1e-9.

    Examples
    --------
    >>> [round(t_quantile(0.975, degrees), 3) for degrees in (1, 2, 3, 10, 30, 1000)]
    [12.706, 4.303, 3.182, 2.228, 2.042, 1.962]
    """
    if not (0.5 <= p < 1 and degrees >= 1):
        raise ValueError(f"no quantile at {p} with {degrees} degrees of freedom")
    if degrees > 200:
        return _expanded(NormalDist().inv_cdf(p), degrees)
    return _bisected(p, degrees)


@lru_cache(maxsize=2_048)
def _bisected(p: float, degrees: int) -> float:
    low, high = 0.0, math.pi / 2
    for _ in range(54):  # to the last bit of a double
        angle = (low + high) / 2
        low, high = (angle, high) if 0.5 + _central(angle, degrees) / 2 < p else (low, angle)
    return math.sqrt(degrees) * math.tan(low)


def _central(angle: float, degrees: int) -> float:
    """P(|T| <= t) for t = sqrt(degrees) tan(angle)."""
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + odd, degrees - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _expanded(z: float, degrees: int) -> float:
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / degrees + second / degrees**2 + third / degrees**3


def check_confidence(confidence: float) -> None:
    """Refuse what is no share of cases."""
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is not a confidence between 0 and 1")


def _z(confidence: float) -> float:
    check_confidence(confidence)
    return NormalDist().inv_cdf((1 + confidence) / 2)
