"""Finding the parameters: L-BFGS-B on a coarse grid of the rows, then Newton steps on all of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from regulars.insight.lifetime.priors import Prior
from regulars.insight.lifetime.rows import Array, UniqueRows

Likelihood: TypeAlias = Callable[[Array], tuple[float, Array]]
"""Parameters (not logarithms) to the log-likelihood and its gradient in the logarithms of the parameters."""

GRID_ROWS = 4_000
LIMIT = math.log(1e5)
_SETTLED = 1e-9
_STEP = 1e-4


@dataclass(frozen=True)
class Fitted:
    """Where the search ended: parameters, log-likelihood without the prior, covariance of the logarithms."""

    params: Array
    log_likelihood: float
    covariance: Array
    spreads: tuple[float | None, ...]


class Objective:
    """Minus the log posterior in the logarithms of the parameters, those with days as a share of the mean age."""

    def __init__(self, likelihood: Likelihood, scales: Array, prior: Prior | None) -> None:
        self.likelihood, self.scales, self.prior = likelihood, scales, prior
        self._latest: tuple[Array, float] | None = None

    def params(self, logs: Array) -> Array:
        """Give the parameters in days."""
        params: Array = np.exp(logs) * self.scales
        return params

    def __call__(self, logs: Array) -> tuple[float, Array]:
        value, gradient = self.likelihood(self.params(logs))
        self._latest = logs.copy(), value
        if self.prior is not None:
            density, slope = self.prior.at(logs)
            value, gradient = value + density, gradient + slope
        return -value, -gradient

    def log_likelihood(self, logs: Array) -> float:
        """Give the log-likelihood without the prior; it is known where the search has just ended."""
        if self._latest is None or not np.array_equal(self._latest[0], logs):
            self(logs)
        assert self._latest is not None
        return self._latest[1]


def searched(objective: Objective, start: Array, people: float, free: Array | None = None) -> Array:
    """Search from `start`, moving only the `free` parameters; never leaves the bounds, never raises."""
    from scipy.optimize import minimize

    size = max(people, 1.0)
    bounds = [(-LIMIT, LIMIT) if free is None or free[at] else (v, v) for at, v in enumerate(start)]

    def scaled(logs: Array) -> tuple[float, Array]:
        value, gradient = objective(logs)
        return value / size, gradient / size

    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7, "maxls": 40}
    found = minimize(scaled, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    logs: Array = found.x
    return logs


def curvature(objective: Objective, logs: Array) -> Array:
    """Take the Hessian by central differences of the analytic gradient."""
    size = len(logs)
    hessian = np.empty((size, size))
    for at in range(size):
        step = np.zeros(size)
        step[at] = _STEP
        hessian[at] = (objective(logs + step)[1] - objective(logs - step)[1]) / (2 * _STEP)
    return (hessian + hessian.T) / 2


def polished(objective: Likelihood, logs: Array, hessian: Array) -> tuple[Array, bool]:
    """Take Newton steps until nothing moves, learning the Hessian on the way (BFGS); says whether that came about."""
    value, gradient = objective(logs)
    for _ in range(12):
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return logs, False
        gain = float(gradient @ step)
        if not 0 <= gain < 1e12 or np.abs(step).max() > 2:
            return logs, False
        if gain < _SETTLED:
            return logs, True
        ahead = logs - step
        value_there, gradient_there = objective(ahead)
        if value_there > value + 1e-9 * abs(value) or np.abs(ahead).max() > LIMIT:
            return logs, False
        hessian = _learned(hessian, -step, gradient_there - gradient)
        logs, value, gradient = ahead, value_there, gradient_there
    return logs, False


def _learned(hessian: Array, step: Array, change: Array) -> Array:
    """Correct a Hessian by what one step did to the gradient."""
    if step @ change <= 0:
        return hessian
    expected = hessian @ step
    better: Array = (
        hessian + np.outer(change, change) / (step @ change) - np.outer(expected, expected) / (step @ expected)
    )
    return better


def fitted(
    likelihood_of: Callable[[UniqueRows], Likelihood],
    rows: UniqueRows,
    scales: Array,
    prior: Prior | None,
    start: Array,
) -> Fitted:
    """Fit parameters to rows.

    Parameters
    ----------
    likelihood_of : callable
        Makes the likelihood of any rows.
    rows : UniqueRows
        Everybody.
    scales : array
        What each parameter is a multiple of: the mean age for those that carry days, 1 for the others.
    prior : Prior or None
        None is maximum likelihood.
    start : array
        Logarithms of the parameters (in their scales) to start from.

    Returns
    -------
    Fitted
        At the best point of the exact rows, whatever the grid: it only saves the way there.
    """
    coarse = rows.on_grid(GRID_ROWS)
    near = Objective(likelihood_of(coarse), scales, prior)
    logs = searched(near, start, rows.people)
    exact = near if coarse is rows else Objective(likelihood_of(rows), scales, prior)
    hessian = curvature(near, logs)
    ahead, is_settled = polished(exact, logs, hessian)
    if not is_settled and exact is not near:
        ahead = searched(exact, ahead, rows.people)
        hessian = curvature(exact, ahead)
    covariance, spreads = uncertainty(hessian, ahead)
    return Fitted(exact.params(ahead), exact.log_likelihood(ahead), covariance, spreads)


def uncertainty(hessian: Array, logs: Array) -> tuple[Array, tuple[float | None, ...]]:
    """Invert the Hessian where it can be: the covariance of the logarithms, and each one's spread or None.

    Directions in which the data say nothing are held to a spread of 3 in the logarithm, so that forecasts stay
    finite; a parameter that rests on such a direction, or on its bound, has no standard error.
    """
    values, vectors = np.linalg.eigh(np.nan_to_num(hessian))
    is_known = values > 1 / 9
    covariance = (vectors / np.where(is_known, values, 1 / 9)) @ vectors.T
    loose = (vectors[:, ~is_known] ** 2).sum(axis=1)
    is_bound = np.abs(logs) > LIMIT - 0.01
    spreads = np.sqrt(np.diag(covariance))
    known = (loose < 1e-3) & ~is_bound & (spreads < 3)
    return covariance, tuple(float(s) if ok else None for s, ok in zip(spreads, known, strict=True))
