"""Whether two columns rise together: Spearman's rank correlation of distinct rows that stand for many people."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from regulars.insight.arrays import Floats


class RankCorrelation(NamedTuple):
    """Spearman's rank correlation with its interval, the number of people and the p-value.

    Parameters
    ----------
    value, low, high : float
        Between -1 and 1.
    n : int
        People.
    p_value : float
        Two-sided.
    """

    value: float
    low: float
    high: float
    n: int
    p_value: float


def rank_correlation(a: Floats, b: Floats, weight: Floats, confidence: float = 0.95) -> RankCorrelation | None:
    """Correlate the ranks of two columns.

    Parameters
    ----------
    a, b : array of float
        The columns.
    weight : array of float
        How many people each row stands for.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    RankCorrelation or None
        None with fewer than four people, or where a column does not vary.

    Notes
    -----
    Ties share the middle rank. The interval is Fisher's z with the variance ``(1 + rho^2 / 2) / (n - 3)`` of Bonett
    and Wright (2000), "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
    Psychometrika 65, 23-28; the p-value Student's t with n - 2 degrees of freedom.

    Examples
    --------
    >>> found = rank_correlation(np.array([1.0, 2, 3, 4, 5]), np.array([5.0, 6, 7, 8, 7]), np.ones(5))
    >>> round(found.value, 4), round(found.p_value, 4), found.n
    (0.8208, 0.0886, 5)
    """
    from scipy.special import ndtri, stdtr

    n = int(weight.sum())
    if n < 4 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    first, second = _centred_ranks(a, weight), _centred_ranks(b, weight)
    spread = math.sqrt((weight @ first**2) * (weight @ second**2))
    rho = min(1.0, max(-1.0, float(weight @ (first * second)) / spread))
    if abs(rho) > 1 - 1e-12:
        return RankCorrelation(rho, rho, rho, n, 0.0)
    centre, half = math.atanh(rho), float(ndtri((1 + confidence) / 2)) * math.sqrt((1 + rho * rho / 2) / (n - 3))
    t = abs(rho) * math.sqrt((n - 2) / (1 - rho * rho))
    return RankCorrelation(rho, math.tanh(centre - half), math.tanh(centre + half), n, float(2 * stdtr(n - 2, -t)))


def _centred_ranks(values: Floats, weight: Floats) -> Floats:
    distinct, place = np.unique(values, return_inverse=True)
    counts = np.bincount(place, weights=weight, minlength=len(distinct))
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return np.asarray(ranks - np.average(ranks, weights=weight))
