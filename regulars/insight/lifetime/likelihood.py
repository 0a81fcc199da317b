"""The likelihood of the BG family on unique rows: every gamma and logarithm once per distinct x, t_x and T."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from regulars.insight.lifetime.rows import Array, UniqueRows

_TABLE = 200_000


class Family(NamedTuple):
    """Which member: `k` stages between purchases, and whether a person may leave at once (the modified ones)."""

    k: int
    is_modified: bool


class Lookup:
    """The distinct values of a column and where each row finds its own."""

    def __init__(self, values: Array) -> None:
        whole = values.astype(np.int32) if len(values) and values.max() < _TABLE else None
        if whole is not None and (whole == values).all() and whole.max() < 4 * len(values) + 64:
            self.values, self.at = np.arange(int(whole.max()) + 1, dtype=np.float64), whole
        else:
            self.values, at = np.unique(values, return_inverse=True)
            self.at = at.astype(np.int32)

    def sums(self, weights: Array) -> Array:
        """Add up weights for each distinct value."""
        return np.bincount(self.at, weights, len(self.values))


class BGLikelihood:
    """Log-likelihood of BG/CNBD-k and MBG/CNBD-k, and its gradient in ln r, ln alpha, ln a, ln b.

    Notes
    -----
    With s = r + k x, q = (T - t_x) / (alpha + T), A = sum_{j<k} (s)_j / j! q^j, and b' = b + x (BG) or b + x + 1 (MBG),
    a person's likelihood is

    ``exp((k-1) sum ln gaps) / Gamma(k)^x  Gamma(s)/Gamma(r)  alpha^r / (alpha+T)^s  B(a,b')/B(a,b)  (A + D)``,
    ``D = a / (b'-1) ((alpha+T) / (alpha+t_x))^s`` (0 for BG at x = 0),

    and P(alive) = A / (A + D). Platzer and Reutterer (2021), "Leveraging purchase regularity for predicting customer
    behavior the easy way", International Journal of Research in Marketing 38(1); k = 1: Fader, Hardie and Lee (2005)
    and Batislam, Denizel and Filiztekin (2007), IJRM 24(3).
    """

    def __init__(self, rows: UniqueRows, family: Family) -> None:
        self.rows, self.family = rows, family
        self.x, self.last, self.age = Lookup(rows.x), Lookup(rows.t_x), Lookup(rows.T)
        self.silent = rows.T - rows.t_x

    @cached_property
    def people(self) -> float:
        """Count everybody."""
        return self.rows.people

    @cached_property
    def constant(self) -> float:
        """Say what no parameter changes."""
        from scipy.special import gammaln

        k = self.family.k
        return (k - 1) * float(self.rows.log_gaps_sum.sum()) - self.rows.repeats * float(gammaln(k))

    @cached_property
    def people_of_x(self) -> Array:
        """Count people by their x."""
        return self.x.sums(self.rows.weight)

    @cached_property
    def people_of_age(self) -> Array:
        """Count people by their T."""
        return self.age.sums(self.rows.weight)

    @cached_property
    def stages_of_age(self) -> Array:
        """Count the stages behind people by their T."""
        return self.age.sums(self.rows.weight * self.rows.x) * self.family.k

    def __call__(self, params: Array) -> tuple[float, Array]:
        from scipy.special import digamma, gammaln

        r, alpha, a, b = (float(value) for value in params)
        log_age = np.log(alpha + self.age.values)
        per_age = r * self.people_of_age + self.stages_of_age
        s, later = r + self.family.k * self.x.values, self._b_later(b)
        value = self.constant + self.people * r * np.log(alpha) - per_age @ log_age
        value += self.people_of_x @ (gammaln(s) - gammaln(r) + _beta_ratio(a, b, later))
        mixed, slopes = self._mixture(r, alpha, a, b, log_age)
        slope_r = self.people_of_x @ (digamma(s) - digamma(r)) + self.people * np.log(alpha)
        slope_r -= self.people_of_age @ log_age
        slope_alpha = self.people * r / alpha - per_age @ (1 / (alpha + self.age.values))
        both = digamma(a + b) - digamma(a + later)
        slope_b = self.people_of_x @ (digamma(later) - digamma(b) + both)
        outer = np.array([slope_r, slope_alpha, self.people_of_x @ both, slope_b])
        return float(value + mixed), (outer + slopes) * np.array([r, alpha, a, b])

    def _b_later(self, b: float) -> Array:
        later: Array = b + self.x.values + (1.0 if self.family.is_modified else 0.0)
        return later

    def _mixture(self, r: float, alpha: float, a: float, b: float, log_age: Array) -> tuple[float, Array]:
        """Sum ln(A + D) over everybody, with its derivatives in r, alpha, a and b."""
        weight = self.rows.weight
        ratio = log_age[self.age.at] - np.log(alpha + self.last.values)[self.last.at]
        log_dead = self._log_dead(r, a, b, ratio)
        stages, slope_r, slope_q = _stages(self, r, alpha)
        gap = log_dead - stages
        decay = np.exp(-np.abs(gap))
        mixed = weight @ (stages + np.maximum(gap, 0) + np.log1p(decay))
        dead = weight * np.where(gap > 0, 1.0, decay) / (1 + decay)
        dead_of_x = self.x.sums(dead)
        stages_of_dead = dead * (r + self.family.k * self.x.values)[self.x.at]
        by_alpha = self.age.sums(stages_of_dead) @ (1 / (alpha + self.age.values))
        by_alpha -= self.last.sums(stages_of_dead) @ (1 / (alpha + self.last.values))
        by_r = dead @ ratio
        if self.family.k > 1:
            alive = weight - dead
            by_r += alive @ slope_r
            by_alpha -= alive @ (slope_q / (alpha + self.rows.T))
        with np.errstate(divide="ignore"):
            before = self._b_later(b) - 1
            inverse = np.where(self._can_leave(), 1 / before, 0.0)
        return float(mixed), np.array([by_r, by_alpha, dead_of_x.sum() / a, -(dead_of_x @ inverse)])

    def _can_leave(self) -> Array:
        can: Array = (self.x.values > 0) | self.family.is_modified
        return can

    def _log_dead(self, r: float, a: float, b: float, ratio: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.where(self._can_leave(), np.log(a) - np.log(self._b_later(b) - 1), -np.inf)
        dead: Array = odds[self.x.at] + (r + self.family.k * self.x.values)[self.x.at] * ratio
        return dead

    def log_odds(self, params: Array) -> Array:
        """Log odds of being alive, one for each row (infinite for BG at x = 0)."""
        r, alpha, a, b = (float(value) for value in params)
        ratio = np.log(alpha + self.age.values)[self.age.at] - np.log(alpha + self.last.values)[self.last.at]
        odds: Array = _stages(self, r, alpha)[0] - self._log_dead(r, a, b, ratio)
        return odds


def _beta_ratio(a: float, b: float, later: Array) -> Array:
    from scipy.special import gammaln

    ratio: Array = gammaln(later) - gammaln(a + later) - gammaln(b) + gammaln(a + b)
    return ratio


def _stages(like: BGLikelihood, r: float, alpha: float) -> tuple[Array, Array, Array]:
    """ln A, and A's derivative in r and q dA/dq, both over A; for k = 1 they are 0."""
    k = like.family.k
    if k == 1:
        nothing = np.zeros(len(like.rows))
        return nothing, nothing, nothing
    q = like.silent / (alpha + like.rows.T)
    terms, harmonic = stage_weights(r + k * like.x.values, k)
    total, by_r, by_q = (np.zeros(len(q)) for _ in range(3))
    for j in reversed(range(k)):
        term = terms[j][like.x.at]
        total = total * q + term
        by_r = by_r * q + term * harmonic[j][like.x.at]
        by_q = by_q * q + term * j
    return np.log(total), by_r / total, by_q / total


def stage_weights(s: Array, k: int) -> tuple[list[Array], list[Array]]:
    """(s)_j / j! for j = 0..k-1, and the derivative of its logarithm in s."""
    terms, harmonic = [np.ones_like(s)], [np.zeros_like(s)]
    for j in range(1, k):
        terms.append(terms[-1] * (s + j - 1) / j)
        harmonic.append(harmonic[-1] + 1 / (s + j - 1))
    return terms, harmonic
