"""Whether a forecast's chances are as it says: the randomised probability integral transform and Kolmogorov's test."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from regulars.insight.lifetime.base import LifetimeModel
from regulars.insight.lifetime.rows import Array, UniqueRows


class Uniformity(NamedTuple):
    """Kolmogorov's test of being uniform.

    Parameters
    ----------
    distance : float
        The largest distance from the uniform distribution.
    p_value : float
        How often chance alone is that far off.
    n : int
        Values.
    """

    distance: float
    p_value: float
    n: int


def randomised_pit(model: LifetimeModel, rows: UniqueRows, horizon_days: float, counts: Array, seed: int) -> Array:
    """Say where in their forecasts the counts that came fell, between 0 and 1.

    Parameters
    ----------
    model : LifetimeModel
        Fitted.
    rows : UniqueRows
        One row for each count.
    horizon_days : float
        In days.
    counts : array of shape (rows,)
        Buying days that came in the horizon.
    seed : int
        A count covers a whole step of its distribution; the place within it is drawn.

    Returns
    -------
    array of shape (rows,)
        Uniform on 0..1 exactly when the forecasts are calibrated; also for rare counts, whose plain 95 % intervals
        hold 98 % of them because a count cannot be split.

    Notes
    -----
    ``P(Y < y) + V P(Y = y)`` with V uniform: Czado, Gneiting and Held (2009), "Predictive model assessment for count
    data", Biometrics 65(4), 1254-1261.
    """
    drawn = np.random.default_rng(seed).random(len(rows))
    at_least, more = (model.at_least(rows, horizon_days, counts + extra) for extra in (0, 1))
    places: Array = 1 - at_least + drawn * (at_least - more)
    return places


def uniformity(values: Array) -> Uniformity | None:
    """Test values for being uniform on 0..1; None without any.

    Parameters
    ----------
    values : array
        Between 0 and 1, independent of each other. People who are forecast by one fitted model share its error: of many
        businesses take one person each; of a single business the p-value is a little too small.

    Returns
    -------
    Uniformity or None
        A small p-value (below .01, say) speaks against a calibrated forecast.

    Notes
    -----
    The largest distance D between the empirical distribution and the diagonal; p by Kolmogorov's limit distribution of
    ``sqrt(n) D`` (1933), fair from about 50 values on.

    Examples
    --------
    >>> found = uniformity((np.arange(100) + 0.5) / 100)
    >>> round(found.distance, 3), round(found.p_value, 3)
    (0.005, 1.0)
    >>> uniformity(np.full(100, 0.3)).p_value < 1e-9
    True
    """
    from scipy.special import kolmogorov

    n = len(values)
    if n == 0:
        return None
    ordered, steps = np.sort(values), np.arange(n + 1) / n
    distance = float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))
    return Uniformity(distance, float(kolmogorov(math.sqrt(n) * distance)), n)
