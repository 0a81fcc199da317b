"""The distribution of future buying days in the BG family, by sums of positive terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from regulars.insight.lifetime.base import Forecast
from regulars.insight.lifetime.likelihood import Family
from regulars.insight.lifetime.rows import Array, UniqueRows

_CELLS = 2_000_000
_MOST = 65_536


class Pairs(NamedTuple):
    """Distinct (x, T), what the future of a person still a customer depends on, and where each row finds its own."""

    x: Array
    age: Array
    at: Array


def pairs_of(rows: UniqueRows) -> Pairs:
    """Find the distinct (x, T) of rows that are sorted by them (unsorted rows only give more pairs)."""
    if not len(rows):
        return Pairs(rows.x, rows.T, np.zeros(0, dtype=np.int64))
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (np.diff(rows.x) != 0) | (np.diff(rows.T) != 0)
    return Pairs(rows.x[is_new], rows.T[is_new], np.cumsum(is_new) - 1)


def forecast(
    rows: UniqueRows, params: Array, family: Family, alive: Array, horizon_days: float, confidence: float | None
) -> Forecast:
    """Forecast the count of each row.

    Notes
    -----
    Of a person still a customer, let M be the events that would come in the horizon t if they never left. Their rate
    is gamma(s + j, alpha + T) with j of the k stages of the next gap already behind them, with probability
    proportional to ``(s)_j / j! q^j``; so ``P(M >= n) = P(NB(s + j, t / (alpha + T + t)) >= nk - j)``. Each event but
    the first needs that they stayed at the one before: ``P(Y >= n) = P(alive) P(M >= n) B(a, b'+n-1) / B(a, b')``, and
    ``E[Y] = sum_n P(Y >= n)``, ``E[Y^2] = sum_n (2n - 1) P(Y >= n)``. All terms are positive: nothing cancels, and
    a = 1 and x = 20,000 are not special.
    """
    mean, square, low, high = (np.zeros(len(rows)) for _ in range(4))
    mix = _stage_shares(rows, float(params[0]), float(params[1]), family.k)
    for tails, own, of_row in _tails_by_blocks(rows, params, family, horizon_days):
        steps = 2.0 * np.arange(tails.shape[2]) + 1
        weights = mix[:, own]
        mean[own] = (weights * tails.sum(axis=2)[:, of_row]).sum(axis=0)
        square[own] = (weights * (tails @ steps)[:, of_row]).sum(axis=0)
        if confidence is not None:
            low[own], high[own] = _ends(tails, of_row, weights, alive[own], (1 - confidence) / 2)
    mean, square = mean * alive, square * alive
    return Forecast(mean, np.maximum(square - mean * mean, 0.0), low, high)


def ends(
    rows: UniqueRows, params: Array, family: Family, alive: Array, horizon_days: float, confidences: Sequence[float]
) -> list[tuple[Array, Array]]:
    """Find the ends of several intervals of the count of each row: those of `forecast`, in one pass."""
    mix = _stage_shares(rows, float(params[0]), float(params[1]), family.k)
    found = [(np.zeros(len(rows)), np.zeros(len(rows))) for _ in confidences]
    for tails, own, of_row in _tails_by_blocks(rows, params, family, horizon_days):
        for (low, high), confidence in zip(found, confidences, strict=True):
            low[own], high[own] = _ends(tails, of_row, mix[:, own], alive[own], (1 - confidence) / 2)
    return found


def mean_of_alive(rows: UniqueRows, params: Array, family: Family, horizon_days: float) -> Array:
    """Expect the count of each row if it is a person still a customer: E[Y] of `forecast` and nothing else."""
    mean = np.zeros(len(rows))
    mix = _stage_shares(rows, float(params[0]), float(params[1]), family.k)
    for tails, own, of_row in _tails_by_blocks(rows, params, family, horizon_days):
        mean[own] = (mix[:, own] * tails.sum(axis=2)[:, of_row]).sum(axis=0)
    return mean


def _tails_by_blocks(
    rows: UniqueRows, params: Array, family: Family, horizon_days: float
) -> Iterator[tuple[Array, Array, Array]]:
    """Give the tails of distinct (x, T), some at a time, whose rows these are, and which tail is whose."""
    pairs, k = pairs_of(rows), family.k
    r, alpha, a, b = (float(value) for value in params)
    shape = r + k * pairs.x
    z = horizon_days / (alpha + pairs.age + horizon_days)
    later = b + pairs.x + (1.0 if family.is_modified else 0.0)
    reach = _reach(shape, z, k)
    for chosen, own in _blocks(reach, pairs.at):
        tails = _tails(shape[chosen], z[chosen], a, later[chosen], k, int(reach[chosen].max()))
        place = np.empty(len(reach), dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        yield tails, own, place[pairs.at[own]]


def at_least(
    rows: UniqueRows, params: Array, family: Family, alive: Array, horizon_days: float, counts: Array
) -> Array:
    """P(Y >= count) of each row, by the incomplete beta function: one count a row, so without tables."""
    from scipy.special import betainc, betaln

    r, alpha, a, b = (float(value) for value in params)
    x, age, n, at = _distinct(rows, np.maximum(counts, 1))
    z = horizon_days / (alpha + age + horizon_days)
    later = b + x + (1.0 if family.is_modified else 0.0)
    stays = np.exp(betaln(a, later + n - 1) - betaln(a, later))
    shares = _stage_shares(rows, r, alpha, family.k)
    come = (betainc(n * family.k - j, r + family.k * x + j, z) * stays for j in range(family.k))
    chance: Array = alive * sum(share * chances[at] for share, chances in zip(shares, come, strict=True))
    return np.where(counts <= 0, 1.0, chance)


def _distinct(rows: UniqueRows, n: Array) -> tuple[Array, Array, Array, Array]:
    """Give the distinct (x, T, count) of rows that are sorted by x and T, and where each row finds its own."""
    if not len(rows):
        return rows.x, rows.T, n, np.zeros(0, dtype=np.int64)
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (np.diff(rows.x) != 0) | (np.diff(rows.T) != 0) | (np.diff(n) != 0)
    return rows.x[is_new], rows.T[is_new], n[is_new], np.cumsum(is_new) - 1


def _stage_shares(rows: UniqueRows, r: float, alpha: float, k: int) -> Array:
    """P(j stages behind them) of a person still a customer, of shape (k, rows)."""
    if k == 1:
        return np.ones((1, len(rows)))
    return rows.once(("stages", r, alpha, k), lambda: _reckoned_shares(rows, r, alpha, k))


def _reckoned_shares(rows: UniqueRows, r: float, alpha: float, k: int) -> Array:
    q = (rows.T - rows.t_x) / (alpha + rows.T)
    shares, s = np.ones((k, len(rows))), r + k * rows.x
    for j in range(1, k):
        np.multiply(shares[j - 1], q * (s + j - 1) / j, out=shares[j])
    normed: Array = shares / shares.sum(axis=0)
    return normed


def _reach(shape: Array, z: Array, k: int) -> Array:
    """Say how many events are worth counting: what lies beyond weighs less than 1e-10."""
    shape = shape + k - 1
    mean = shape * z / (1 - z)
    stages = mean + 6.5 * np.sqrt(mean / (1 - z)) + 25 / -np.log(z) + 1
    reach: Array = np.minimum(np.ceil(stages / k) + 1, _MOST).astype(np.int64)
    return reach


def _blocks(reach: Array, at: Array) -> list[tuple[Array, Array]]:
    """Split pairs into blocks of like reach that fit into memory: (pairs, their rows)."""
    if not len(reach):
        return []
    order = np.argsort(reach, kind="stable")
    block, current = np.zeros(len(reach), dtype=np.int64), 0
    bounds = np.flatnonzero(np.diff(np.log2(reach[order]).astype(np.int64))) + 1
    for group in np.split(order, bounds):
        per_block = max(1, _CELLS // int(reach[group].max()))
        for start in range(0, len(group), per_block):
            block[group[start : start + per_block]] = current
            current += 1
    of_row = block[at]
    return [(np.flatnonzero(block == number), np.flatnonzero(of_row == number)) for number in range(current)]


def _tails(shape: Array, z: Array, a: float, later: Array, k: int, most: int) -> Array:
    """P(Y >= n | still a customer, j stages behind), n = 1..most, of shape (k, pairs, most)."""
    n = np.arange(1, most + 1)
    steps = np.arange(most * k)
    staying = np.ones((len(shape), most))
    staying[:, 1:] = np.cumprod((later[:, None] + n[:-1] - 1) / (a + later[:, None] + n[:-1] - 1), axis=1)
    log_mass = np.empty((len(shape), most * k + 1))
    log_mass[:, 0] = shape * np.log1p(-z)
    np.log(z[:, None] * (shape[:, None] + steps) / (steps + 1), out=log_mass[:, 1:])
    mass = np.exp(np.cumsum(log_mass, axis=1))
    beyond = np.cumsum(mass[:, ::-1], axis=1)[:, ::-1]  # the smallest first, so that small tails stay exact
    tails = np.empty((k, len(shape), most))
    for j in range(k):
        tail, own, stages = beyond[:, k - j :: k][:, :most], mass[:, k - j :: k][:, :most], n * k - j
        for i in range(j):  # from NB(s + i) to NB(s + i + 1)
            behind = (shape + i)[:, None]
            tail = tail + own * stages / behind
            own = own * (behind + stages) / behind * (1 - z[:, None])
        tails[j] = np.minimum(tail, 1.0) * staying
    return tails


def _ends(tails: Array, of_row: Array, weights: Array, alive: Array, outside: float) -> tuple[Array, Array]:
    """The smallest counts that leave at most `outside` below and above: P(Y >= n) falls with n, so they are counts."""
    low, high = np.zeros(len(of_row)), np.zeros(len(of_row))
    by_count = np.ascontiguousarray(np.moveaxis(tails, 2, 0))
    active = np.flatnonzero(alive > outside)
    weights, of_row = weights[:, active] * alive[active], of_row[active]
    for tails_of_count in by_count:
        tail = sum(weight * tails[of_row] for weight, tails in zip(weights, tails_of_count, strict=True))
        is_more = tail > outside
        active, weights, of_row = active[is_more], weights[:, is_more], of_row[is_more]
        high[active] += 1
        low[active[tail[is_more] > 1 - outside]] += 1
        if not len(active):
            break
    return low, high
