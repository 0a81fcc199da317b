"""The distribution of future buying days under Pareto/NBD."""

from __future__ import annotations

import numpy as np

from regulars.insight.lifetime.base import Forecast
from regulars.insight.lifetime.predictive import _blocks, _distinct, _ends, _reach, pairs_of
from regulars.insight.lifetime.race import log_chance_first
from regulars.insight.lifetime.rows import Array, UniqueRows

_NODES = 16


def forecast(
    rows: UniqueRows, params: Array, alive: Array, horizon_days: float, confidence: float | None = 0.95
) -> Forecast:
    """Forecast the count of each row.

    Notes
    -----
    Of a person still a customer the rates of buying and of leaving are independent, gamma(r + x, alpha + T) and
    gamma(s, beta + T). Given that they stay for Z of the horizon t, the count is NB(r + x, Z / (alpha + T + Z)); so
    ``E[Y] = (r+x) / (alpha+T) E[Z]`` and ``E[Y (Y-1)] = (r+x) (r+x+1) / (alpha+T)^2 E[Z^2]``, with the moments of Z, a
    Lomax time cut at t, in closed form that is safe at s = 1 and s = 2. The ends of the interval are quantiles of the
    mixture over Z: the end of the horizon, and 16 nodes of Gauss and Legendre on the chance of having stayed.
    """
    from scipy.special import exprel

    r, alpha, s, beta = (float(value) for value in params)
    pairs = pairs_of(rows)
    shape, since, other = r + pairs.x, alpha + pairs.age, beta + pairs.age
    grown = np.log1p(horizon_days / other)
    stay = other * grown * exprel(-(s - 1) * grown)
    square = 2 * other * grown * (other * exprel(-(s - 2) * grown) - other * exprel(-(s - 1) * grown))
    mean = shape / since * stay
    second = mean + shape * (shape + 1) / since**2 * np.maximum(square, stay * stay)
    row_mean = alive * mean[pairs.at]
    variance = np.maximum(alive * second[pairs.at] - row_mean**2, 0.0)
    low, high = np.zeros(len(rows)), np.zeros(len(rows))
    if confidence is None:
        return Forecast(row_mean, variance, low, high)
    reach = _reach(shape, horizon_days / (since + horizon_days), 1)
    for chosen, own in _blocks(reach, pairs.at):
        stays = _stays(s, other[chosen], horizon_days)
        tails = _tails(shape[chosen], since[chosen], *stays, int(reach[chosen].max()))
        place = np.empty(len(reach), dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        of_row, whole = place[pairs.at[own]], np.ones((1, len(own)))
        low[own], high[own] = _ends(tails[None], of_row, whole, alive[own], (1 - confidence) / 2)
    return Forecast(row_mean, variance, low, high)


def at_least(rows: UniqueRows, params: Array, alive: Array, horizon_days: float, counts: Array) -> Array:
    """P(Y >= count) of each row; for a count of 1 by `race`, for more by the incomplete beta function."""
    from scipy.special import betainc

    r, alpha, s, beta = (float(value) for value in params)
    x, age, n, at = _distinct(rows, np.maximum(counts, 1))
    shape, since, other = r + x, alpha + age, beta + age
    chance = np.exp(log_chance_first(shape, since, s, other, np.full(len(x), float(horizon_days))))
    many = np.flatnonzero(n > 1)
    days, weight = _stays(s, other[many], horizon_days)
    z = days / (since[many, None] + days)
    chance[many] = (weight * betainc(n[many, None], shape[many, None], z)).sum(axis=1)
    return np.where(counts <= 0, 1.0, alive * chance[at])


def _stays(s: float, other: Array, horizon_days: float) -> tuple[Array, Array]:
    """Lay nodes on how long somebody stays within the horizon: (days, chance), each of shape (pairs, 17)."""
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    to_the_end = np.exp(-s * np.log1p(horizon_days / other))[:, None]
    gone = -np.expm1(-s * np.log1p(horizon_days / other))[:, None]
    left_by = gone * (places + 1) / 2
    with np.errstate(over="ignore"):  # who hardly ever leaves is there at the end of the horizon
        days = np.minimum(other[:, None] * np.expm1(-np.log1p(-left_by) / s), horizon_days)
    end = np.full_like(to_the_end, horizon_days)
    return np.hstack([days, end]), np.hstack([gone * weights / 2, to_the_end])


def _tails(shape: Array, since: Array, days: Array, chance: Array, most: int) -> Array:
    """P(Y >= n | still a customer), n = 1..most, of shape (pairs, most)."""
    n = np.arange(most + 1)
    log_ways = np.zeros((len(shape), most + 1))
    np.cumsum(np.log((shape[:, None] + n[:-1]) / n[1:]), axis=1, out=log_ways[:, 1:])
    mass = np.zeros_like(log_ways)
    for stay, weight in zip(days.T, chance.T, strict=True):
        log_z = np.log(stay / (since + stay))[:, None]
        none = -shape * np.log1p(stay / since)
        mass += weight[:, None] * np.exp(log_ways + n * log_z + none[:, None])
    tails: Array = np.cumsum(mass[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.minimum(tails, 1.0)
