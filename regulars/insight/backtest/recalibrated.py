"""A model whose level is corrected by what an earlier day showed; its ranking stays as it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from regulars.insight.estimates import Estimate
from regulars.insight.lifetime.base import Forecast, LifetimeModel, NextDays
from regulars.insight.lifetime.fitting import Likelihood
from regulars.insight.lifetime.rows import Array, UniqueRows
from regulars.insight.lifetime.simulated import Simulated

_Z = 1.959964


class Recalibrated(LifetimeModel):
    """A lifetime model with every forecast multiplied by one factor.

    Parameters
    ----------
    model : LifetimeModel
        What is corrected; its parameters, P(alive) and next dates stay.
    factor : float
        By which forecasts are multiplied, > 0.
    spread : float, default 0
        Standard deviation of the factor's logarithm: it widens the interval of totals.

    Examples
    --------
    >>> import polars as pl
    >>> from regulars.insight.backtest.rules import SameRate
    >>> facts = pl.DataFrame({"x": [0, 4], "t_x_days": [0, 80], "T_days": [100, 100]})
    >>> model = Recalibrated(SameRate().fit(facts), 0.5)
    >>> model.expected_purchases(facts, 50)["expected_purchases"].to_list()
    [0.0, 1.0]
    """

    name: ClassVar[str] = "recalibrated"

    def __init__(self, model: LifetimeModel | None = None, factor: float = 1.0, spread: float = 0.0) -> None:
        if not 0 < factor < math.inf:
            raise ValueError(f"{factor} is not a factor above 0")
        self.factor, self.spread = factor, spread
        if model is not None:
            self._take(model)

    def _take(self, model: LifetimeModel) -> None:
        self.model, self.prior = model, model.prior
        self.params_, self.standard_errors_ = model.params_, model.standard_errors_
        self.log_likelihood_, self.covariance_ = model.log_likelihood_, model.covariance_
        self.n_, self.repeats_, self.warnings_ = model.n_, model.repeats_, model.warnings_

    @property
    def called(self) -> str:
        """The name of the model that is corrected."""
        return str(getattr(self.model, "called", self.model.name))

    def fit_rows(self, rows: UniqueRows) -> Self:
        """Fit the model; the factor stays."""
        self._take(self.model.fit_rows(rows))
        return self

    def likelihood(self, rows: UniqueRows) -> Likelihood:
        """That of the model."""
        return self.model.likelihood(rows)

    def in_unit(self, unit: str) -> tuple[dict[str, float], dict[str, float | None], float]:
        """Those of the model."""
        return self.model.in_unit(unit)

    def alive(self, rows: UniqueRows) -> Array:
        """That of the model."""
        return self.model.alive(rows)

    def next_days(self, rows: UniqueRows) -> NextDays:
        """Those of the model."""
        return self.model.next_days(rows)

    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        """Give the model's forecast times the factor; the ends stay whole counts, rounded away from the mean."""
        said, by = self.model.forecast(rows, horizon_days, confidence), self.factor
        variance = said.mean * by + np.maximum(said.variance - said.mean, 0.0) * by * by
        return Forecast(said.mean * by, variance, np.floor(said.low * by), np.ceil(said.high * by))

    def means(self, rows: UniqueRows, horizons_days: Sequence[float]) -> list[Array]:
        """Give the model's times the factor."""
        return [mean * self.factor for mean in self.model.means(rows, horizons_days)]

    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        """P(at least this many): the model's, of the count before the correction."""
        return self.model.at_least(rows, horizon_days, np.ceil(np.asarray(counts) / self.factor))

    def simulated(self, ages: Array, seed: int) -> Simulated:
        """People as the model invents them; the correction is not part of the picture."""
        return self.model.simulated(ages, seed)

    def total_of_rows(self, rows: UniqueRows, horizon_days: float, confidence: float = 0.95) -> Estimate:
        """Give the model's total times the factor; the interval is wider by the uncertainty of the factor."""
        said = self.model.total_of_rows(rows, horizon_days, confidence)
        value = said.value * self.factor
        if value <= 0:
            return Estimate(0.0, 0.0, math.ceil(said.high * self.factor), said.n)
        down = math.log(said.value / max(said.low, 1e-9))
        up = math.log(max(said.high, said.value) / said.value)
        low, high = (math.hypot(side, _Z * self.spread) for side in (down, up))
        return Estimate(value, math.floor(value * math.exp(-low)), math.ceil(value * math.exp(high)), said.n)

    def to_dict(self) -> dict[str, Any]:
        """Write down the model and the factor."""
        kept = {"factor": self.factor, "factor_spread": self.spread, "corrected": self.model.to_dict()}
        return self.model.to_dict() | {"model": self.name} | kept

    def _restore(self, stored: dict[str, Any]) -> None:
        self.factor, self.spread = float(stored["factor"]), float(stored["factor_spread"])
        self._take(LifetimeModel.from_dict(stored["corrected"]))
