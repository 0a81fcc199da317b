"""What an owner would do on the back of an envelope: kept beside the models, so that a model must earn its place."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

import narwhals as nw
import numpy as np

from regulars.insight.frames import Frame, opened, with_nullable
from regulars.insight.lifetime.base import Forecast, LifetimeModel, NextDays
from regulars.insight.lifetime.fitting import Likelihood
from regulars.insight.lifetime.rows import Array, UniqueRows, with_scores
from regulars.insight.lifetime.simulated import Simulated

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

HIATUS_DAYS = 91


class _Rule(LifetimeModel):
    parameter_names: ClassVar[tuple[str, ...]] = ()
    time_parameters: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def rate(self, rows: UniqueRows) -> Array:
        """Say how many buying days a day each row is taken to have from now on."""

    def fit_rows(self, rows: UniqueRows) -> Self:
        """Count the people: there is nothing to learn."""
        self.params_, self.standard_errors_, self.log_likelihood_ = {}, {}, 0.0
        self.covariance_, self.repeats_ = np.zeros((0, 0)), rows.repeats
        self.n_, self.warnings_ = round(rows.people), []
        return self

    def likelihood(self, rows: UniqueRows) -> Likelihood:
        """A rule has none."""
        return lambda _params: (0.0, np.zeros(0))

    def with_params(self, params: Array) -> Self:
        """A rule has none: itself."""
        return self

    def in_unit(self, unit: str) -> tuple[dict[str, float], dict[str, float | None], float]:
        """A rule has no parameters in any unit."""
        return {}, {}, 0.0

    def alive(self, rows: UniqueRows) -> Array:
        """A rule says nothing about who is still a customer."""
        return np.full(len(rows), -1.0)

    def next_days(self, rows: UniqueRows) -> NextDays:
        """A rule says nothing about when."""
        nothing = np.full(len(rows), -1.0)
        return NextDays(nothing, nothing, nothing, nothing)

    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        """P(at least this many) of a Poisson count."""
        from scipy.stats import poisson

        chance: Array = poisson.sf(np.asarray(counts) - 1, self.rate(rows) * horizon_days)
        return chance

    def simulated(self, ages: Array, seed: int) -> Simulated:
        """A rule has no picture of people from which more could be invented."""
        raise ValueError(f"{self.name} is a rule of thumb; only a model can invent people")

    def p_alive(self, facts: IntoFrameT) -> IntoFrameT:
        """Add ``p_alive``, missing for everybody."""
        scored = with_scores(facts, lambda rows: {"p_alive": self.alive(rows)}, may_miss=("p_alive",))
        given: IntoFrameT = with_nullable(opened(scored), "p_alive").to_native()
        return given

    def next_purchase(self, facts: IntoFrameT, as_of: date) -> IntoFrameT:
        """Add the columns of the models, missing for everybody."""
        frame: Frame = opened(super().next_purchase(facts, as_of))
        chance = nw.when(nw.col("p_ever_again") >= 0).then(nw.col("p_ever_again"))
        known = with_nullable(frame.with_columns(p_ever_again=chance), "p_ever_again")
        given: IntoFrameT = known.to_native()
        return given

    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        """Expect the rate to go on, with the chance of a Poisson count."""
        from scipy.stats import poisson

        mean = self.rate(rows) * horizon_days
        if confidence is None:
            return Forecast(mean, mean, np.zeros(len(rows)), np.zeros(len(rows)))
        low, high = (poisson.ppf(p, mean) for p in ((1 - confidence) / 2, (1 + confidence) / 2))
        return Forecast(mean, mean, np.maximum(low, 0.0), np.maximum(high, 0.0))

    def _restore(self, stored: dict[str, Any]) -> None:
        super()._restore(stored)
        self.covariance_ = np.zeros((0, 0))


class SameRate(_Rule):
    """Everybody goes on as before: x / T buying days a day.

    Notes
    -----
    It forgets that people leave, so it expects too much; and who bought once is expected never to come back.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 4], "t_x_days": [0, 80], "T_days": [100, 100]})
    >>> SameRate().fit(facts).expected_purchases(facts, 50)["expected_purchases"].to_list()
    [0.0, 2.0]
    """

    name: ClassVar[str] = "same-rate"

    def rate(self, rows: UniqueRows) -> Array:
        """x / T; nothing on the first day."""
        rate: Array = rows.x / np.maximum(rows.T, 1.0)
        return rate


class Hiatus(SameRate):
    """The same rate for who bought in the last 13 weeks, nothing for everybody else.

    Parameters
    ----------
    hiatus_days : int, default 91
        Silence after which somebody is given up.

    Notes
    -----
    The rule of thumb of managers in Wübben and von Wangenheim (2008), "Instant Customer Base Analysis: Managerial
    Heuristics Often Get It Right", Journal of Marketing 72(3), 82-93.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [4, 4], "t_x_days": [80, 300], "T_days": [350, 350]})
    >>> Hiatus().fit(facts).expected_purchases(facts, 70)["expected_purchases"].round(3).to_list()
    [0.0, 0.8]
    """

    name: ClassVar[str] = "hiatus"

    def __init__(self, hiatus_days: int = HIATUS_DAYS) -> None:
        super().__init__()
        self.hiatus_days = hiatus_days

    def rate(self, rows: UniqueRows) -> Array:
        """x / T where the silence is short enough."""
        rate: Array = np.where(rows.T - rows.t_x <= self.hiatus_days, super().rate(rows), 0.0)
        return rate
