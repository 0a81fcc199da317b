"""Within what limits the sum of a person's coming amounts lies: the chance of coming and the chance of each amount."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from regulars.insight.arrays import Floats
from regulars.insight.beta_primes import beta_primes
from regulars.insight.lifetime.base import Forecast, LifetimeModel
from regulars.insight.lifetime.crossings import crossing
from regulars.insight.lifetime.rows import UniqueRows

Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

_OFTEN = 8.0  # visits to come from which on the whole distribution of the count is looked at
_LEVELS = (0.01, 0.05, 0.15, 0.3, 0.5)
_NODES = 40


def limits(
    people: UniqueRows,
    model: LifetimeModel,
    horizon_days: float,
    ahead: Forecast,
    p: float,
    shape: Floats,
    confidence: float,
) -> tuple[Floats, Floats]:
    """Find the predictive limits of the sum of amounts, as multiples of v + xz, for each distinct history.

    Parameters
    ----------
    people : UniqueRows
        The histories.
    model : LifetimeModel
        Fitted.
    horizon_days : float
        In days.
    ahead : Forecast
        What the model says for it.
    p : float
        Shape of an amount.
    shape : array of shape (rows,)
        px + q, that of the person's own rate of amounts.
    confidence : float
        Of the interval.

    Returns
    -------
    tuple of arrays of shape (rows,)
        Low and high; 0 where nothing may come at all with more than the tail's chance.

    Notes
    -----
    Few visits: given that they come at all, the sum at a rate of 1 is taken as gamma with its own mean and variance;
    over the gamma of the person's rate it is beta prime, whose quantiles are exact. From eight visits on the count is
    not like that (people leave in between), so its quantile function is taken at nine levels, and the logarithm of the
    sum given the count as normal. Against simulation 2.2 to 3.0 % lie beyond each end of a 95 % interval.
    """
    some = np.clip(model.at_least(people, horizon_days, np.ones(len(people), dtype=np.int64)), 0.0, 1.0)
    some = np.where(ahead.mean > 0, np.minimum(some, ahead.mean), 0.0)
    tail = (1 - confidence) / 2
    low, high = _of_few(p, shape, some, ahead, tail)
    often = np.flatnonzero(ahead.mean >= _OFTEN * np.maximum(some, 1e-300))
    often = often[some[often] > tail]
    if len(often):
        low[often], high[often] = _of_many(people.at(often), model, horizon_days, p, shape[often], tail)
    return low, high


def _of_few(p: float, shape: Floats, some: Floats, ahead: Forecast, tail: float) -> tuple[Floats, Floats]:
    low, high = np.zeros(len(shape)), np.zeros(len(shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.maximum(ahead.mean / some, 1.0)
        spread = np.maximum((ahead.variance + ahead.mean**2) / some - count**2, 0.0)
        own = p * count**2 / (count + p * spread)  # the gamma that stands for the amounts: shape, then scale
        scale = p * count / own
        low_share, high_share = (tail - (1 - some)) / some, (some - tail) / some
    for limit, share in ((low, low_share), (high, high_share)):
        at = np.flatnonzero((some > 0) & (share > 0))
        limit[at] = scale[at] * beta_primes(own[at], shape[at], share[at])
    return low, high


def _of_many(
    people: UniqueRows, model: LifetimeModel, horizon_days: float, p: float, shape: Floats, tail: float
) -> tuple[Floats, Floats]:
    from scipy.special import digamma, polygamma

    counts = p * _count_nodes(people, model, horizon_days)
    comes = counts > 0
    counts = np.where(comes, counts, 1.0)
    middle = digamma(counts) - digamma(shape)[:, None]
    spread = np.sqrt(polygamma(1, counts) + polygamma(1, shape)[:, None])
    return _quantile(middle, spread, comes, tail), _quantile(middle, spread, comes, 1 - tail)


def _count_nodes(people: UniqueRows, model: LifetimeModel, horizon_days: float) -> Floats:
    """Give equally likely counts for each row, read off the quantile function at nine levels: shape (rows, 40)."""
    ends = model.ends(people, horizon_days, [1 - 2 * level for level in _LEVELS])
    known = np.array([*(low for low, _ in ends), *(high for _, high in ends[-2::-1])])
    levels = np.array([*_LEVELS, *(1 - level for level in _LEVELS[-2::-1])])
    at = (np.arange(_NODES) + 0.5) / _NODES
    weights = np.array([np.interp(at, levels, unit) for unit in np.eye(len(levels))])
    nodes: Floats = np.sort(known, axis=0).T @ weights
    return nodes


def _quantile(middle: Floats, spread: Floats, comes: Flags, level: float) -> Floats:
    """Find the quantile of the mixture of equally likely nodes, between the least and the greatest of theirs."""
    from scipy.special import ndtr, ndtri

    nothing = 1 - comes.mean(axis=1)
    is_nothing = nothing >= level
    known = ndtri(np.where(is_nothing, 0.5, (level - nothing) / np.maximum(1 - nothing, 1e-300)))
    theirs = middle + spread * known[:, None]
    low, high = (np.where(comes | is_nothing[:, None], theirs, end) for end in (np.inf, -np.inf))

    def missing(at: Floats) -> Floats:
        """Say by how much the chance of no more than this exceeds the level."""
        below = np.where(comes, ndtr((at[:, None] - middle) / spread), 1.0).mean(axis=1)
        over: Floats = below - level
        return over

    at = crossing(missing, low.min(axis=1), high.max(axis=1))
    return np.where(is_nothing, 0.0, np.exp(at))
