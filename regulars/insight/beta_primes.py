"""Quantiles of beta prime distributions for very many rows, of which long runs share one shape."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.polynomial import chebyshev

from regulars.insight.arrays import Floats

_SIZES = ((6, 16), (10, 20), (16, 28))  # of a series in the logarithm of the other shape and in the probit
_SETTLED = 1e-10  # a series whose last terms weigh more is not trusted
_WORTH_IT = 4  # rows for each node
_STRIDE = 2_048  # of more rows the product of matrices is shared out to threads, which wait for each other


def beta_primes(a: Floats, b: Floats, share: Floats) -> Floats:
    """Find quantiles of the ratio of a gamma of shape a to one of shape b, both of rate 1.

    Parameters
    ----------
    a, b : arrays of shape (rows,)
        Shapes. Quick where neighbours share b.
    share : array of shape (rows,)
        The chance of no more, above 0 and below 1.

    Returns
    -------
    array of shape (rows,)
        The quantiles, to ten digits.

    Notes
    -----
    Inverting the incomplete beta function costs a microsecond a row. In ln a and the probit of the share the logarithm
    of the quantile is smooth and nearly straight, so a long run with one b is read off a Chebyshev series in both, laid
    through some hundred exact values. Where the series has not died down by its last terms, and in short runs, each row
    is inverted exactly.

    Examples
    --------
    >>> beta_primes(np.array([2.0]), np.array([1.0]), np.array([0.25])).round(6)  # of beta(2, 1) it is a half
    array([1.])
    """
    logs, is_found = np.empty(len(a)), np.zeros(len(a), dtype=bool)
    for start, end in pairwise([0, *(np.flatnonzero(np.diff(b)) + 1).tolist(), len(b)]):
        run = slice(start, end)
        series = _read_off(a[run], b[run], share[run])
        if series is not None:
            logs[run], is_found[run] = series, True
    rest = np.flatnonzero(~is_found)
    logs[rest] = _inverted(a[rest], b[rest], share[rest])
    found: Floats = np.exp(logs)
    return found


def _inverted(a: Floats, b: Floats, share: Floats) -> Floats:
    """Find the logarithms one by one, from the end at which nothing is lost by subtraction."""
    from scipy.special import betaincinv

    is_low = share < 0.1
    first = np.where(is_low, betaincinv(a, b, np.where(is_low, share, 0.5)), 0.5)
    second = np.where(is_low, 0.5, betaincinv(b, a, np.where(is_low, 0.5, 1 - share)))
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(first) - np.log1p(-first) + np.log1p(-second) - np.log(second)
    return logs


def _read_off(a: Floats, b: Floats, share: Floats) -> Floats | None:
    from scipy.special import ndtr, ndtri

    if len(share) < _WORTH_IT * _SIZES[0][0] * _SIZES[0][1]:
        return None
    log_a, probit = np.log(a), ndtri(share)
    (a_middle, a_half), (middle, half) = _range(log_a), _range(probit)
    for of_a, of_share in _SIZES:
        if len(share) < _WORTH_IT * of_a * of_share:
            return None
        along, across = chebyshev.chebpts1(of_a), chebyshev.chebpts1(of_share)
        own, at = np.broadcast_arrays(np.exp(a_middle + a_half * along)[:, None], ndtr(middle + half * across))
        exact = _inverted(own.ravel(), np.full(own.size, b[0]), at.ravel()).reshape(own.shape)
        with np.errstate(invalid="ignore"):  # a quantile too small to be written has no logarithm
            terms = _fitted(along) @ exact @ _fitted(across).T
        if max(np.abs(terms[-2:]).max(), np.abs(terms[:, -2:]).max()) < _SETTLED:
            return _summed(terms, (log_a - a_middle) / a_half, (probit - middle) / half)
    return None


def _summed(terms: Floats, along: Floats, across: Floats) -> Floats:
    """Add up the series at each row, by strides that fit into the processor's cache."""
    summed = np.empty(len(along))
    for start in range(0, len(along), _STRIDE):
        rows = slice(start, start + _STRIDE)
        by_a = chebyshev.chebvander(along[rows], terms.shape[0] - 1).T
        by_share = chebyshev.chebvander(across[rows], terms.shape[1] - 1).T
        np.sum((terms.T @ by_a) * by_share, axis=0, out=summed[rows])
    return summed


def _range(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low + high) / 2, max((high - low) / 2, 1e-6)


def _fitted(nodes: Floats) -> Floats:
    """What turns values at Chebyshev's nodes into the terms of a series."""
    return np.asarray(np.linalg.inv(chebyshev.chebvander(nodes, len(nodes) - 1)), dtype=np.float64)
