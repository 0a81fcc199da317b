"""BG/NBD, MBG/NBD and MBG/CNBD-k: people leave with the same chance after each buying day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from regulars.insight.cautions import Caution, NoChurn
from regulars.insight.lifetime.base import Forecast, LifetimeModel, NextDays
from regulars.insight.lifetime.fitting import GRID_ROWS, Likelihood, Objective, fitted, searched
from regulars.insight.lifetime.likelihood import BGLikelihood, Family
from regulars.insight.lifetime.predictive import at_least, ends, forecast, mean_of_alive
from regulars.insight.lifetime.priors import Prior
from regulars.insight.lifetime.rows import Array, UniqueRows
from regulars.insight.lifetime.simulated import Simulated, simulated
from regulars.insight.lifetime.waiting import waiting_days

_NO_LEAVING = np.log([1e-8, 1.0])
_VISIBLE = 1.92  # half the 95 % point of chi-square with one degree of freedom


class _BGFamily(LifetimeModel):
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    time_parameters: ClassVar[frozenset[str]] = frozenset({"alpha"})
    is_modified: ClassVar[bool] = True
    k_: int = 1

    @property
    def family(self) -> Family:
        return Family(self.k_, self.is_modified)

    def likelihood(self, rows: UniqueRows) -> Likelihood:
        return BGLikelihood(rows, self.family)

    def alive(self, rows: UniqueRows) -> Array:
        from scipy.special import expit

        params, family = self.vector(), self.family
        return rows.once((family, *params), lambda: expit(BGLikelihood(rows, family).log_odds(params)))

    def means(self, rows: UniqueRows, horizons_days: Sequence[float]) -> list[Array]:
        """Expect the count of each row in each horizon."""
        alive, params = self.alive(rows), self.vector()
        return [alive * mean_of_alive(rows, params, self.family, days) for days in horizons_days]

    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        return forecast(rows, self.vector(), self.family, self.alive(rows), horizon_days, confidence)

    def ends(self, rows: UniqueRows, horizon_days: float, confidences: Sequence[float]) -> list[tuple[Array, Array]]:
        """Find the ends of the count of each row at several confidences."""
        return ends(rows, self.vector(), self.family, self.alive(rows), horizon_days, confidences)

    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        return at_least(rows, self.vector(), self.family, self.alive(rows), horizon_days, counts)

    def simulated(self, ages: Array, seed: int) -> Simulated:
        return simulated(self.vector(), self.family, ages, seed)

    def next_days(self, rows: UniqueRows) -> NextDays:
        r, alpha = self.params_["r"], self.params_["alpha"]
        low, middle, high = (waiting_days(rows, r, alpha, self.k_, p) for p in (0.025, 0.5, 0.975))
        return NextDays(self.alive(rows), low, middle, high)

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


class BGNBD(_BGFamily):
    """BG/NBD: people buy at random, each at their own rate, and leave with their own chance after a repeat purchase.

    Parameters
    ----------
    prior : Prior or None
        A weak proper prior by default; None is maximum likelihood.

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model",
    Marketing Science 24(2), 275-284. Somebody who never came back counts as a customer for ever: P(alive) is 1 at
    x = 0, which is why `MBGNBD` is the better default.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 2, 9], "t_x_days": [0, 213, 250], "T_days": [272, 272, 272]})
    >>> model = BGNBD().fit(facts)
    >>> model.n_, sorted(model.params_)
    (3, ['a', 'alpha', 'b', 'r'])
    >>> model.p_alive(facts)["p_alive"][0]
    1.0
    """

    name: ClassVar[str] = "bg"
    is_modified: ClassVar[bool] = False
    default_prior: ClassVar[Prior] = Prior((0.5, 0.2, 0.6, 2.0), (0.8, 0.8, 0.6, 0.8))


class MBGNBD(_BGFamily):
    """MBG/NBD: as BG/NBD, but people may also leave after their first purchase.

    Parameters
    ----------
    prior : Prior or None
        A weak proper prior by default; None is maximum likelihood.

    Notes
    -----
    Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer base
    analysis", International Journal of Research in Marketing 24(3), 201-209.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 2, 9], "t_x_days": [0, 213, 250], "T_days": [272, 272, 272]})
    >>> chances = MBGNBD().fit(facts).p_alive(facts)["p_alive"]
    >>> 0 < chances[0] < chances[1] < chances[2] < 1
    True
    """

    name: ClassVar[str] = "mbg"


class MBGCNBD(_BGFamily):
    """MBG/CNBD-k: as MBG/NBD, for people who come with some regularity.

    Parameters
    ----------
    k : int or "auto"
        Stages of a gap, 1 to 8: 1 is a purchase at random, more is more regular. "auto" takes the k of the highest
        exact likelihood.
    prior : Prior or None
        A weak proper prior by default; None is maximum likelihood.

    Attributes
    ----------
    k_ : int
        The k in use.

    Notes
    -----
    The gaps are Erlang-k. Platzer and Reutterer (2021), "Leveraging purchase regularity for predicting customer
    behavior the easy way", International Journal of Research in Marketing 38(1). Their density needs ``log_gaps_sum``
    in the facts; where it is missing k above 1 cannot be told, and "auto" stays at 1.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame(
    ...     {"x": [5, 6], "t_x_days": [50, 60], "T_days": [55, 62], "log_gaps_sum": [5 * 2.302585, 6 * 2.302585]}
    ... )
    >>> MBGCNBD().fit(facts).k_
    8
    """

    name: ClassVar[str] = "mbg-cnbd"

    def __init__(self, k: int | str = "auto", prior: Prior | str | None = "default") -> None:
        super().__init__(prior)
        if k != "auto" and k not in range(1, 9):
            raise ValueError(f'k is {k}; give a whole number from 1 to 8, or "auto"')
        self.k = k

    def fit_rows(self, rows: UniqueRows) -> Self:
        """Learn the parameters and, when asked, k."""
        own = self.prior
        choices = [int(self.k)] if self.k != "auto" else self._likely(rows)
        best = None
        for k in choices:
            self.k_ = k
            slower = None if own is None else own.slower(k)
            start = np.log(self.default_prior.slower(k).centres)
            found = fitted(self.likelihood, rows, self.scales(rows), slower, start)
            if best is None or found.log_likelihood > best[1].log_likelihood:
                best = k, found
        assert best is not None
        self.k_, found = best
        self.learned(rows, found)
        return self

    def _likely(self, rows: UniqueRows) -> list[int]:
        """Try every k on a coarse grid; keep those that the exact likelihood must decide between."""
        if not rows.log_gaps_sum.any():
            return [1]
        coarse = rows.on_grid(GRID_ROWS)
        if coarse is rows:
            return list(range(1, 9))
        values, logs = [], np.log(self.default_prior.centres)
        for k in range(1, 9):
            objective = Objective(BGLikelihood(coarse, Family(k, True)), self.scales(rows), None)
            logs = searched(objective, logs, rows.people)
            values.append(-objective(logs)[0])
            if k > 2 and values[-1] < values[-2] < values[-3]:
                break
        near = max(values) - max(50.0, 1e-4 * rows.people)
        return [at + 1 for at, value in enumerate(values) if value >= near]

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() | {"k": self.k_, "k_asked": self.k}

    def _restore(self, stored: dict[str, Any]) -> None:
        super()._restore(stored)
        self.k_, self.k = int(stored["k"]), stored["k_asked"]
