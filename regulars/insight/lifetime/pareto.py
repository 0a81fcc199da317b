"""Pareto/NBD: people buy at random, each at their own rate, and leave at a moment of their own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from regulars.insight.cautions import Caution, NoChurn
from regulars.insight.lifetime.base import Forecast, LifetimeModel, NextDays
from regulars.insight.lifetime.crossings import waited_for
from regulars.insight.lifetime.fitting import GRID_ROWS, Likelihood, Objective, searched
from regulars.insight.lifetime.pareto_counts import at_least, forecast
from regulars.insight.lifetime.pareto_likelihood import ParetoLikelihood
from regulars.insight.lifetime.predictive import Pairs, pairs_of
from regulars.insight.lifetime.priors import Prior
from regulars.insight.lifetime.race import log_chance_first, log_neither
from regulars.insight.lifetime.rows import Array, UniqueRows
from regulars.insight.lifetime.simulated import Simulated, simulated_leaving_any_time

_NO_LEAVING = np.log([1e-8, 1.0])
_VISIBLE = 1.92  # half the 95 % point of chi-square with one degree of freedom
_EVER = 1e9
_ALMOST_ALL = 1 - 1e-12


class ParetoNBD(LifetimeModel):
    """Pareto/NBD: people buy at random, each at their own rate, and leave at a moment of their own.

    Parameters
    ----------
    prior : Prior or None
        A weak proper prior by default (on r, alpha / mean T, s, beta / mean T); None is maximum likelihood.

    Notes
    -----
    Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?",
    Management Science 33(1), 1-24. Unlike in the BG family people can leave at any time, not only after a purchase; so
    somebody who is still a customer may leave before the next one: P(ever again) is less than P(alive).

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 2, 9], "t_x_days": [0, 213, 250], "T_days": [272, 272, 272]})
    >>> model = ParetoNBD().fit(facts)
    >>> model.n_, sorted(model.params_)
    (3, ['alpha', 'beta', 'r', 's'])
    >>> chances = model.p_alive(facts)["p_alive"]
    >>> 0 < chances[0] < chances[1] < chances[2] < 1
    True
    """

    name: ClassVar[str] = "pareto"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    time_parameters: ClassVar[frozenset[str]] = frozenset({"alpha", "beta"})
    default_prior: ClassVar[Prior] = Prior((1.0, 0.3, 0.6, 0.4), (0.6, 0.8, 0.5, 0.8))

    def likelihood(self, rows: UniqueRows) -> Likelihood:
        return ParetoLikelihood(rows)

    def alive(self, rows: UniqueRows) -> Array:
        from scipy.special import expit

        params = self.vector()
        return rows.once((self.name, *params), lambda: expit(ParetoLikelihood(rows).log_odds(params)))

    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        return forecast(rows, self.vector(), self.alive(rows), horizon_days, confidence)

    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        """P(at least this many buying days in the horizon) of each row."""
        return at_least(rows, self.vector(), self.alive(rows), horizon_days, counts)

    def simulated(self, ages: Array, seed: int) -> Simulated:
        """Invent people who are watched for these ages."""
        return simulated_leaving_any_time(self.vector(), ages, seed)

    def next_days(self, rows: UniqueRows) -> NextDays:
        """Forecast the next buying day of each row; see `race` for the chance of one within a span."""
        pairs = pairs_of(rows)
        ever = self._comes_within(pairs, np.full(len(pairs.x), _EVER))
        days = (self._waited(pairs, ever, p)[pairs.at] for p in (0.025, 0.5, 0.975))
        return NextDays(self.alive(rows) * np.exp(ever)[pairs.at], *days)

    def _comes_within(self, pairs: Pairs, days: Array) -> Array:
        """ln P(somebody still a customer comes within so many days), for each pair of x and T."""
        r, alpha, s, beta = self.vector()
        return log_chance_first(r + pairs.x, alpha + pairs.age, s, beta + pairs.age, days)

    def _waited(self, pairs: Pairs, ever: Array, p: float) -> Array:
        """Find the days within which somebody comes with the chance p, of those who ever do (exp(ever))."""
        r, alpha, s, beta = self.vector()
        shape, since, other = r + pairs.x, alpha + pairs.age, beta + pairs.age
        wanted = float(-np.log1p(-p))

        def hazard(days: Array) -> tuple[Array, Array]:
            comes = np.minimum(np.exp(self._comes_within(pairs, days) - ever), _ALMOST_ALL)
            log_density = np.log(shape / (since + days)) + log_neither(shape, since, s, other, days) - ever
            return -np.log1p(-comes), np.exp(log_density) / (1 - comes)

        with np.errstate(over="ignore"):  # who hardly ever buys: later than anybody looks
            start = since * np.expm1(wanted / shape)
        return waited_for(hazard, wanted, start)

    def own_warnings(self, rows: UniqueRows) -> list[Caution]:
        return [] if self._is_churn_visible(rows) else [NoChurn()]

    def _is_churn_visible(self, rows: UniqueRows) -> bool:
        """Compare with people who never leave, whose two parameters are fitted for it."""
        coarse = rows.on_grid(GRID_ROWS)
        objective = Objective(self.likelihood(coarse), self.scales(rows), None)
        logs = np.log(self.vector() / self.scales(rows))
        staying = np.concatenate([logs[:2], _NO_LEAVING])
        staying = searched(objective, staying, rows.people, free=np.array([True, True, False, False]))
        return objective(staying)[0] - objective(logs)[0] > _VISIBLE
