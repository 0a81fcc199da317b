"""The likelihood of Pareto/NBD on unique rows, with its exact gradient."""

from __future__ import annotations

import numpy as np

from regulars.insight.lifetime.race import chunks, log_chance_first, log_neither, nodes
from regulars.insight.lifetime.rows import Array, UniqueRows


class ParetoLikelihood:
    """Log-likelihood of Pareto/NBD, and its gradient in ln r, ln alpha, ln s, ln beta.

    Notes
    -----
    With A = alpha + t_x and B = beta + t_x a person's likelihood is

    ``Gamma(r+x) / Gamma(r)  alpha^r beta^s A^-(r+x) B^-s  (gone + here)``,

    ``gone`` the chance that they leave within the silence T - t_x before the next purchase would have come and ``here``
    that neither happens (see `race`); P(alive) = here / (gone + here). Schmittlein, Morrison and Colombo (1987),
    "Counting Your Customers", Management Science 33(1), 1-24; written as in Fader and Hardie (2005), "A Note on
    Deriving the Pareto/NBD Model and Related Expressions", before its integral is put into 2F1.
    """

    def __init__(self, rows: UniqueRows) -> None:
        self.rows = rows
        self.x, self.at = np.unique(rows.x, return_inverse=True)
        self.people_of_x = np.bincount(self.at, rows.weight, len(self.x))

    def __call__(self, params: Array) -> tuple[float, Array]:
        from scipy.special import digamma, gammaln

        r, alpha, s, beta = (float(value) for value in params)
        people = self.rows.people
        value = float(self.people_of_x @ (gammaln(r + self.x) - gammaln(r)))
        value += people * (r * np.log(alpha) + s * np.log(beta))
        by_r = float(self.people_of_x @ (digamma(r + self.x) - digamma(r))) + people * np.log(alpha)
        gradient = np.array([by_r, people * r / alpha, people * np.log(beta), people * s / beta])
        for part in chunks(len(self.rows)):
            add, slopes = self._part(part, r, alpha, s, beta)
            value, gradient = value + add, gradient + slopes
        return float(value), gradient * np.array([r, alpha, s, beta])

    def _part(self, part: slice, r: float, alpha: float, s: float, beta: float) -> tuple[float, Array]:
        rows = self.rows
        t_x, weight, shape = rows.t_x[part], rows.weight[part], r + rows.x[part]
        first, other, silent = alpha + t_x, beta + t_x, rows.T[part] - t_x
        leave = nodes(np.full_like(shape, s), other, shape, first, silent)
        here = log_neither(shape, first, s, other, silent)
        most = np.maximum(leave.log_mass.max(axis=1), here)
        gone, stay = np.exp(leave.log_mass - most[:, None]), np.exp(here - most)
        total = gone.sum(axis=1) + stay
        gone, stay = gone / total[:, None], stay / total
        base = -shape * np.log(first) - s * np.log(other)

        def mean(at_nodes: Array, at_end: Array) -> Array:
            averaged: Array = np.einsum("ij,ij->i", gone, at_nodes) + stay * at_end
            return averaged

        by_buying = np.log(first) + mean(leave.log_other, np.log1p(silent / first))
        by_leaving = np.log(other) + mean(leave.log_first, np.log1p(silent / other))
        left = gone.sum(axis=1)
        closer = mean(np.exp(-leave.log_other), first / (first + silent)) * shape / first
        lost = gone * np.exp(-leave.log_first)
        nearer = ((s + 1) * lost.sum(axis=1) + s * stay * other / (other + silent)) / other
        slopes = [-weight @ by_buying, -weight @ closer, weight @ (left / s - by_leaving), -weight @ nearer]
        return float(weight @ (base + most + np.log(total))), np.array(slopes)

    def log_odds(self, params: Array) -> Array:
        """Log odds of being alive, one for each row; infinite where the last purchase was on the last day."""
        r, alpha, s, beta = (float(value) for value in params)
        rows = self.rows
        first, other, silent = alpha + rows.t_x, beta + rows.t_x, rows.T - rows.t_x
        gone = log_chance_first(s, other, r + rows.x, first, silent)
        odds: Array = log_neither(r + rows.x, first, s, other, silent) - gone
        return odds
