"""Which comes first, leaving or the next purchase, when each has its own rate that nobody knows: one integral.

Everything of the Pareto/NBD model (its likelihood, P(alive), P(somebody comes at all), the day they come) is such a
race, and the integrand is positive, so nothing cancels and nothing overflows, whatever the parameters.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from regulars.insight.lifetime.rows import Array

Number: TypeAlias = Any  # a float, or an array of shape (rows,)

_NODES = 32
_FEWER = ((3.0, 1.0, 8), (16.0, 3.0, 16))  # exponent and range up to which so many nodes leave the same 1e-13
_REACH = 42.0  # exp(-42) is what is left out
_CHUNK = 8_192


class Nodes(NamedTuple):
    """Where the integrand is taken: its logarithm with the weight, and ln((A + y) / A), ln((B + y) / B) there."""

    log_mass: Array
    log_first: Array
    log_other: Array


def log_chance_first(a: Number, first: Number, b: Number, other: Number, span: Array) -> Array:
    """Find the chance that one of two things happens first, and within a span.

    Parameters
    ----------
    a, first : float or array of shape (rows,)
        Its rate is gamma(a, first), the second a time.
    b, other : float or array of shape (rows,)
        The rate of the other thing, likewise.
    span : array of shape (rows,)
        Time, in the unit of `first` and `other`; 0 gives a chance of 0.

    Returns
    -------
    array of shape (rows,)
        ``ln int_0^span a / (A+y) (A / (A+y))^a (B / (B+y))^b dy``, A = first, B = other.

    Notes
    -----
    Gauss and Legendre's rule with 32 nodes in ln(1 + y / min(A, B)), cut where both have almost surely happened. On
    that scale the integrand is analytic within pi of the axis, so the error is below 1e-13 for all but absurd
    parameters (1e-8 when A and B differ by a factor 1e5). Where its exponent grows by little within the span, 8 or 16
    nodes do the same. The closed form is the difference of two 2F1 (Fader and
    Hardie 2005, "A Note on Deriving the Pareto/NBD Model and Related Expressions"), which loses all digits for many
    purchases.

    Examples
    --------
    >>> alike = log_chance_first(2.0, 5.0, 2.0, 5.0, np.array([1e9]))
    >>> round(float(np.exp(alike[0])), 12)
    0.5
    """
    shape = np.shape(span)
    a, first, b, other = (np.broadcast_to(np.asarray(v, dtype=float), shape) for v in (a, first, b, other))
    found = np.full(shape, -np.inf)
    counts = _wanted_nodes(a, first, b, other, span)
    for count in (*(count for _, _, count in _FEWER), _NODES):
        some = np.flatnonzero((counts == count) & (span > 0))
        for part in chunks(len(some), _CHUNK * _NODES // count):
            at = some[part]
            found[at] = log_sum(nodes(a[at], first[at], b[at], other[at], span[at], count).log_mass)
    return found


def log_neither(a: Number, first: Number, b: Number, other: Number, span: Number) -> Array:
    """Find the logarithm of the chance that neither happens within a span."""
    neither: Array = -a * np.log1p(span / first) - b * np.log1p(span / other)
    return neither


def _wanted_nodes(a: Array, first: Array, b: Array, other: Array, span: Array) -> Array:
    exponent = -log_neither(a, first, b, other, span)
    reach = np.log1p(span / np.minimum(first, other))
    enough = [(exponent <= most) & (reach <= longest) for most, longest, _ in _FEWER]
    return np.select(enough, [count for _, _, count in _FEWER], _NODES)


def nodes(a: Array, first: Array, b: Array, other: Array, span: Array, count: int = _NODES) -> Nodes:
    """Lay the nodes of the integral of `log_chance_first` for each row: arrays of shape (rows, count)."""
    places, log_weights = _rule(count)
    small = np.minimum(first, other)
    top = _cut(a, first, b, other, small, np.log1p(span / small))
    on_scale = top[:, None] * places
    with np.errstate(divide="ignore"):
        width = np.log(top)[:, None] + log_weights
    grown = (np.maximum(first, other) / small - 1)[:, None]
    # with y = small (e^t - 1), ln((small + y) / small) is t itself
    beside = np.log1p(np.expm1(on_scale) / (1 + grown))
    is_small = (first <= other)[:, None]
    log_first = np.where(is_small, on_scale, beside)
    log_other = np.where(is_small, beside, on_scale)
    hazard = np.log(a)[:, None] + np.where(is_small, 0.0, on_scale - beside - np.log1p(grown))
    log_mass = hazard - a[:, None] * log_first - b[:, None] * log_other + width
    return Nodes(log_mass, log_first, log_other)


def _cut(a: Array, first: Array, b: Array, other: Array, small: Array, top: Array) -> Array:
    """Shorten the range to where the exponent reaches 42: Newton from the right on a convex function."""
    top = np.minimum(top, _REACH / (a * small / first + b * small / other))
    for _ in range(6):
        y = small * np.expm1(top)
        exponent = a * np.log1p(y / first) + b * np.log1p(y / other)
        is_beyond = exponent > _REACH
        if not is_beyond.any():
            break
        slope = a * (small + y) / (first + y) + b * (small + y) / (other + y)
        top = np.where(is_beyond, top - (exponent - _REACH) / slope, top)
    return top


def log_sum(logs: Array) -> Array:
    """Add up along the last axis what is given in logarithms."""
    most = logs.max(axis=-1)
    safe = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        total: Array = safe + np.log(np.exp(logs - safe[..., None]).sum(axis=-1))
    return total


def chunks(size: int, length: int = _CHUNK) -> list[slice]:
    """Split rows into parts whose nodes fit into the processor's cache."""
    return [slice(start, start + length) for start in range(0, size, length)]


@cache
def _rule(count: int) -> tuple[Array, Array]:
    places, weights = np.polynomial.legendre.leggauss(count)
    return (places + 1) / 2, np.log(weights / 2)
