"""The interval of a sum over everybody: the chance of each person and the uncertainty of the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from regulars.insight.lifetime.rows import Array

_STEP = 1e-3
_NODES = 41
_WIDEST = 3.0


def total_interval(
    mean: float, variance: float, total: Callable[[Array], float], params: Array, covariance: Array, confidence: float
) -> tuple[float, float]:
    """Find the interval of a total count.

    Parameters
    ----------
    mean, variance : float
        Of the total with the parameters as they are.
    total : callable
        The mean of the total at other parameters, up to a factor near 1 (a coarser grid will do).
    params : array of shape (p,)
        The parameters.
    covariance : array of shape (p, p)
        Of their logarithms.
    confidence : float
        Of the interval.

    Returns
    -------
    tuple of float
        Whole counts, low and high.

    Notes
    -----
    ln(mean of the total) is taken as normal with variance ``g' C g``, g its gradient in the log parameters (the delta
    method); given it, the total as gamma with the mean's own variance scaled alike. The quantiles are those of the
    mixture over 41 equally likely means, with a continuity correction.
    """
    from scipy.optimize import brentq
    from scipy.special import gammainc

    if mean <= 0 or not math.isfinite(mean):
        return 0.0, 0.0
    spread = min(_spread(total, params, covariance), _WIDEST)
    scale = max(variance, 1e-12) / mean
    normal = NormalDist()
    means = mean * np.exp(spread * np.array([normal.inv_cdf((i + 0.5) / _NODES) for i in range(_NODES)]))

    def below(count: float) -> float:
        return float(np.mean(gammainc(means / scale, count / scale)))

    def quantile(p: float) -> float:
        top = mean + 10 * math.sqrt(variance) + 10
        while below(top) < p:
            top *= 2
        found = brentq(lambda count: below(count) - p, 0.0, top, xtol=1e-6 * max(mean, 1.0))
        return float(max(0.0, math.ceil(found - 0.5)))

    return quantile((1 - confidence) / 2), quantile((1 + confidence) / 2)


def _spread(total: Callable[[Array], float], params: Array, covariance: Array) -> float:
    gradient = np.zeros(len(params))
    for at in range(len(params)):
        factor = np.ones(len(params))
        factor[at] = math.exp(_STEP)
        ahead, behind = total(params * factor), total(params / factor)
        if ahead > 0 and behind > 0:
            gradient[at] = (math.log(ahead) - math.log(behind)) / (2 * _STEP)
    return math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))
