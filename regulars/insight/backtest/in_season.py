"""A model that counts time as the business feels it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, ClassVar, Self

import numpy as np

from regulars.insight.backtest.seasons import Clock, restored
from regulars.insight.estimates import Estimate
from regulars.insight.lifetime.base import Forecast, LifetimeModel, NextDays
from regulars.insight.lifetime.fitting import Likelihood
from regulars.insight.lifetime.rows import Array, UniqueRows
from regulars.insight.lifetime.simulated import Simulated


class InSeason(LifetimeModel):
    """A lifetime model on the clock of a season.

    Parameters
    ----------
    model : LifetimeModel
        Fitted and asked with time measured by the clock; its parameters are in days of the clock.
    clock : Clock
        How much a day of each month counts.
    as_of : date
        The day of the facts it is asked about: seasons need the calendar, and facts only hold durations.

    Examples
    --------
    >>> import polars as pl
    >>> from regulars.insight.lifetime import MBGNBD
    >>> facts = pl.DataFrame({"x": [0, 2, 9], "t_x_days": [0, 213, 250], "T_days": [272, 272, 272]})
    >>> model = InSeason(MBGNBD(), Clock((0.5,) * 11 + (6.39,)), date(2025, 10, 31)).fit(facts)
    >>> autumn, december = model.expected_total(facts, 30).value, model.expected_total(facts, 61).value
    >>> december > 5 * autumn
    True
    """

    name: ClassVar[str] = "in-season"

    def __init__(
        self, model: LifetimeModel | None = None, clock: Clock | None = None, as_of: date | None = None
    ) -> None:
        if model is not None and clock is not None and as_of is not None:
            self.model, self.clock, self.as_of, self.prior = model, clock, as_of, model.prior
            if hasattr(model, "params_"):
                self._take()

    def _take(self) -> None:
        model = self.model
        self.params_, self.standard_errors_ = model.params_, model.standard_errors_
        self.log_likelihood_, self.covariance_ = model.log_likelihood_, model.covariance_
        self.n_, self.repeats_, self.warnings_ = model.n_, model.repeats_, model.warnings_

    @property
    def called(self) -> str:
        """What its line in the table is called."""
        return f"{self.model.name} in season"

    def on(self, day: int) -> InSeason:
        """Make the same, not fitted, for facts of another day (an ordinal)."""
        return InSeason(copy.deepcopy(self.model), self.clock, date.fromordinal(day))

    def _felt(self, rows: UniqueRows) -> UniqueRows:
        return self.clock.rows(rows, self.as_of.toordinal())

    def _ahead(self, horizon_days: float) -> float:
        return self.clock.horizon(self.as_of.toordinal(), horizon_days)

    def fit_rows(self, rows: UniqueRows) -> Self:
        """Fit the model on the clock's time."""
        self.model.fit_rows(self._felt(rows))
        self._take()
        return self

    def likelihood(self, rows: UniqueRows) -> Likelihood:
        """That of the model on the clock's time."""
        return self.model.likelihood(self._felt(rows))

    def in_unit(self, unit: str) -> tuple[dict[str, float], dict[str, float | None], float]:
        """Those of the model, in days or weeks of the clock."""
        return self.model.in_unit(unit)

    def alive(self, rows: UniqueRows) -> Array:
        """That of the model on the clock's time."""
        return self.model.alive(self._felt(rows))

    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        """That of the model, for what the days ahead count for."""
        return self.model.forecast(self._felt(rows), self._ahead(horizon_days), confidence)

    def means(self, rows: UniqueRows, horizons_days: Sequence[float]) -> list[Array]:
        """Those of the model, for what the days ahead count for."""
        return self.model.means(self._felt(rows), [self._ahead(days) for days in horizons_days])

    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        """That of the model, for what the days ahead count for."""
        return self.model.at_least(self._felt(rows), self._ahead(horizon_days), counts)

    def simulated(self, ages: Array, seed: int) -> Simulated:
        """People as the model invents them, on the clock's time."""
        return self.model.simulated(ages, seed)

    def next_days(self, rows: UniqueRows) -> NextDays:
        """Those of the model, told in days of the calendar."""
        said, today = self.model.next_days(self._felt(rows)), self.as_of.toordinal()
        now = float(self.clock.at(np.array([float(today)]))[0])
        low, middle, high = (self.clock.day(now + wait) - today for wait in (said.low, said.middle, said.high))
        return NextDays(said.p_ever_again, low, middle, high)

    def total_of_rows(self, rows: UniqueRows, horizon_days: float, confidence: float = 0.95) -> Estimate:
        """That of the model, for what the days ahead count for."""
        return self.model.total_of_rows(self._felt(rows), self._ahead(horizon_days), confidence)

    def to_dict(self) -> dict[str, Any]:
        """Write down the model and its clock."""
        clock = asdict(self.clock)
        kept = {"clock": clock, "as_of": self.as_of.isoformat(), "inside": self.model.to_dict()}
        return self.model.to_dict() | {"model": self.name} | kept

    def _restore(self, stored: dict[str, Any]) -> None:
        self.model = LifetimeModel.from_dict(stored["inside"])
        self.clock, self.as_of = restored(stored["clock"]), date.fromisoformat(stored["as_of"])
        self.prior = self.model.prior
        self._take()
