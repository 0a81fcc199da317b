"""What every lifetime model can do; a model itself only says its likelihood and its forecast of one history."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from regulars.insight.cautions import Caution, FewCustomers
from regulars.insight.estimates import Estimate, check_confidence
from regulars.insight.frames import Frame, day_literal, need, opened, plus_days, with_days
from regulars.insight.lifetime.fitting import GRID_ROWS, Fitted, Likelihood, fitted
from regulars.insight.lifetime.priors import WEAK, Prior, asked_prior
from regulars.insight.lifetime.rows import Array, UniqueRows, unique_rows, with_scores
from regulars.insight.lifetime.simulated import Simulated
from regulars.insight.lifetime.totals import total_interval

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

FEW_PEOPLE = 30
UNIT_DAYS = {"days": 1.0, "weeks": 7.0}
LONGEST_DAYS = 3_650
YOUNGEST_DAYS = 90  # a business of three days is no reason to believe that people come hourly


class Forecast(NamedTuple):
    """The count of buying days of each row in a horizon: mean, variance, and the ends of its interval."""

    mean: Array
    variance: Array
    low: Array
    high: Array


class NextDays(NamedTuple):
    """For each row P(ever again), and days until the next buying day if there is one: 2.5 %, median, 97.5 %."""

    p_ever_again: Array
    low: Array
    middle: Array
    high: Array


class LifetimeModel(ABC):
    """A model of how long people stay and how often they come while they do.

    Parameters
    ----------
    prior : Prior or None
        A weak proper prior by default, so that twenty customers are enough to answer; None is maximum likelihood.

    Attributes
    ----------
    params_ : dict of str to float
        In days (`in_unit` gives weeks).
    standard_errors_ : dict of str to float or None
        From the curvature at the best point; None where the data say nothing.
    log_likelihood_ : float
        Of the orders in days, without the prior.
    n_ : int
        Customers.
    warnings_ : list of Caution
        What a reader must know before using the figures.
    """

    name: ClassVar[str]
    parameter_names: ClassVar[tuple[str, ...]]
    time_parameters: ClassVar[frozenset[str]]
    default_prior: ClassVar[Prior] = WEAK
    kinds: ClassVar[dict[str, type[LifetimeModel]]] = {}

    params_: dict[str, float]
    standard_errors_: dict[str, float | None]
    log_likelihood_: float
    n_: int
    warnings_: list[Caution]
    covariance_: Array
    repeats_: float

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" in cls.__dict__:
            LifetimeModel.kinds[cls.name] = cls

    def __init__(self, prior: Prior | str | None = "default") -> None:
        self.prior: Prior | None = asked_prior(prior, Prior, self.default_prior)

    # What a model says of itself

    @abstractmethod
    def likelihood(self, rows: UniqueRows) -> Likelihood:
        """Make the log-likelihood of rows: parameters in days to (value, gradient in their logarithms)."""

    @abstractmethod
    def alive(self, rows: UniqueRows) -> Array:
        """P(still a customer) of each row."""

    @abstractmethod
    def forecast(self, rows: UniqueRows, horizon_days: float, confidence: float | None = 0.95) -> Forecast:
        """Forecast the count of each row; without a confidence the ends of the interval may be left at 0."""

    def means(self, rows: UniqueRows, horizons_days: Sequence[float]) -> list[Array]:
        """Expect the count of each row in each of several horizons: the means of `forecast`."""
        return [self.forecast(rows, days, None).mean for days in horizons_days]

    def ends(self, rows: UniqueRows, horizon_days: float, confidences: Sequence[float]) -> list[tuple[Array, Array]]:
        """Find the ends of the count of each row at several confidences: those of `forecast`."""
        forecasts = (self.forecast(rows, horizon_days, confidence) for confidence in confidences)
        return [(ahead.low, ahead.high) for ahead in forecasts]

    @abstractmethod
    def at_least(self, rows: UniqueRows, horizon_days: float, counts: Array) -> Array:
        """P(at least this many buying days in the horizon) of each row, `counts` of shape (rows,)."""

    @abstractmethod
    def simulated(self, ages: Array, seed: int) -> Simulated:
        """Invent people who are watched for these ages, in days."""

    @abstractmethod
    def next_days(self, rows: UniqueRows) -> NextDays:
        """Forecast the next buying day of each row."""

    # Fitting

    def fit(self, facts: Any) -> Self:
        """Learn the parameters.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns; see `unique_rows`.

        Returns
        -------
        Self
            Fitted. Never refuses for want of data: with nobody at all the parameters are those of the prior.
        """
        return self.fit_rows(unique_rows(facts))

    def fit_rows(self, rows: UniqueRows) -> Self:
        """Learn the parameters from rows that are grouped already."""
        scales = self.scales(rows)
        found = fitted(self.likelihood, rows, scales, self.prior, self.start())
        self.learned(rows, found)
        return self

    def start(self) -> Array:
        """Say where to start the search: the middle of the prior, in logarithms."""
        return np.log((self.prior or self.default_prior).centres)

    def scales(self, rows: UniqueRows) -> Array:
        """Say what each parameter is a multiple of while it is searched."""
        age = max(rows.mean_age_days, YOUNGEST_DAYS)
        return np.array([age if name in self.time_parameters else 1.0 for name in self.parameter_names])

    def learned(self, rows: UniqueRows, found: Fitted) -> None:
        """Keep what a fit found."""
        self.params_ = dict(zip(self.parameter_names, found.params.tolist(), strict=True))
        self.standard_errors_ = {
            name: None if spread is None else self.params_[name] * spread
            for name, spread in zip(self.parameter_names, found.spreads, strict=True)
        }
        self.log_likelihood_, self.covariance_ = found.log_likelihood, found.covariance
        self.n_, self.repeats_ = round(rows.people), rows.repeats
        self.warnings_ = [FewCustomers(self.n_, self.prior is not None)] if self.n_ < FEW_PEOPLE else []
        self.warnings_ += self.own_warnings(rows)

    def own_warnings(self, rows: UniqueRows) -> list[Caution]:
        """Say what else a reader must know, once fitted."""
        return []

    def in_unit(self, unit: str) -> tuple[dict[str, float], dict[str, float | None], float]:
        """Give parameters, standard errors and log-likelihood with time in another unit.

        Parameters
        ----------
        unit : str
            ``"days"`` or ``"weeks"``.

        Returns
        -------
        tuple
            ``(params, standard_errors, log_likelihood)``. A density of x moments in time changes with its unit: the
            log-likelihood by x ln 7 for each customer.
        """
        if unit not in UNIT_DAYS:
            raise ValueError(f"{unit} is not a unit of time here; say days or weeks")
        days = UNIT_DAYS[unit]
        by = {name: days if name in self.time_parameters else 1.0 for name in self.parameter_names}
        params = {name: value / by[name] for name, value in self.params_.items()}
        errors = {name: None if v is None else v / by[name] for name, v in self.standard_errors_.items()}
        return params, errors, self.log_likelihood_ + self.repeats_ * math.log(days)

    def vector(self) -> Array:
        """Give the parameters in days as an array, in the order of `parameter_names`."""
        if not hasattr(self, "params_"):
            raise ValueError(f"the model {self.name} is not fitted yet; call fit first")
        return np.array([self.params_[name] for name in self.parameter_names])

    def with_params(self, params: Array) -> Self:
        """Make the same model with other parameters, in days."""
        other = self.__class__.from_dict(self.to_dict())
        other.params_ = dict(zip(self.parameter_names, np.asarray(params, dtype=float).tolist(), strict=True))
        return other  # type: ignore[return-value]

    # Scoring frames

    def p_alive(self, facts: IntoFrameT) -> IntoFrameT:
        """Add ``p_alive``, the probability that each person is still a customer.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns.

        Returns
        -------
        frame
            `facts` with ``p_alive`` (0 to 1).
        """
        return with_scores(facts, lambda rows: {"p_alive": self.alive(rows)})

    def expected_purchases(self, facts: IntoFrameT, horizon_days: float, confidence: float = 0.95) -> IntoFrameT:
        """Add how many buying days to expect of each person.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns.
        horizon_days : float
            From the day of the facts on, in days.
        confidence : float, default 0.95
            Of the interval of the count itself (not of its mean), with the parameters taken as known.

        Returns
        -------
        frame
            `facts` with ``expected_purchases`` (the mean), ``expected_purchases_low`` and
            ``expected_purchases_high`` (whole counts; the interval holds at least `confidence`).
        """
        return self._scored(facts, horizon_days, confidence, is_alive_asked=False)

    def _scored(self, facts: IntoFrameT, horizon_days: float, confidence: float, *, is_alive_asked: bool) -> IntoFrameT:
        _positive(horizon_days)
        check_confidence(confidence)

        def score(rows: UniqueRows) -> dict[str, Array]:
            ahead = self.forecast(rows, horizon_days, confidence)
            return ({"p_alive": self.alive(rows)} if is_alive_asked else {}) | {
                "expected_purchases": ahead.mean,
                "expected_purchases_low": ahead.low.astype(np.int64),
                "expected_purchases_high": ahead.high.astype(np.int64),
            }

        return with_scores(facts, score)

    def score(self, facts: IntoFrameT, horizon_days: float, confidence: float = 0.95) -> IntoFrameT:
        """Add what `p_alive` and `expected_purchases` add, in one pass over the facts.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns.
        horizon_days : float
            From the day of the facts on, in days.
        confidence : float, default 0.95
            Of the interval of the count.

        Returns
        -------
        frame
            `facts` with the columns of both.
        """
        return self._scored(facts, horizon_days, confidence, is_alive_asked=True)

    def expected_of_new(self, horizon_days: float) -> float:
        """Expect the repeat buying days of a new customer in the days after the first purchase.

        Parameters
        ----------
        horizon_days : float
            Days since the first purchase.

        Returns
        -------
        float
            The mean over everybody who buys for the first time.
        """
        _positive(horizon_days)
        nothing = np.zeros(1)
        new = UniqueRows(nothing, nothing, nothing, nothing, np.ones(1))
        return float(self.forecast(new, horizon_days, None).mean[0])

    def expected_total(self, facts: Any, horizon_days: float, confidence: float = 0.95) -> Estimate:
        """Expect the buying days of everybody together.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns.
        horizon_days : float
            From the day of the facts on, in days.
        confidence : float, default 0.95
            Of the interval of the total itself.

        Returns
        -------
        Estimate
            Mean and interval; n is the count of people. The interval holds the chance of each person's count and the
            uncertainty of the parameters (the delta method on the logarithm of the total).
        """
        return self.total_of_rows(unique_rows(facts), horizon_days, confidence)

    def total_of_rows(self, rows: UniqueRows, horizon_days: float, confidence: float = 0.95) -> Estimate:
        """Expect the buying days of everybody in rows that are grouped already."""
        _positive(horizon_days)
        check_confidence(confidence)
        ahead = self.forecast(rows, horizon_days, None)
        mean, variance = float(rows.weight @ ahead.mean), float(rows.weight @ ahead.variance)
        coarse = rows.on_grid(GRID_ROWS)

        def total(params: Array) -> float:
            moved = self.with_params(params).means(coarse, [horizon_days])[0]
            return float(coarse.weight @ moved)

        low, high = total_interval(mean, variance, total, self.vector(), self.covariance_, confidence)
        return Estimate(mean, low, high, round(rows.people))

    def next_purchase(self, facts: IntoFrameT, as_of: date) -> IntoFrameT:
        """Add when each person comes next, if they do.

        Parameters
        ----------
        facts : frame
            What `regulars.insight.summary` returns for `as_of`; ``last_on`` gives the kind of the new days.
        as_of : date
            The day of the facts.

        Returns
        -------
        frame
            `facts` with ``p_ever_again`` and, given that they come again, ``next_on`` (as likely before as after) and
            ``next_low`` to ``next_high`` (95 %). No days where P(ever again) is below .5: a date for somebody who has
            probably gone would be a guess. Days later than ten years from `as_of` are written as ten years.
        """
        frame = with_days(opened(facts), "last_on")
        need(frame, "last_on")

        def score(rows: UniqueRows) -> dict[str, Array]:
            ahead = self.next_days(rows)
            days = {"next_low": ahead.low, "next_on": ahead.middle, "next_high": ahead.high}
            return {"p_ever_again": ahead.p_ever_again} | {
                name: np.where(ahead.p_ever_again >= 0.5, np.clip(np.ceil(v), 1, LONGEST_DAYS), -1).astype(np.int64)
                for name, v in days.items()
            }

        days = ("next_low", "next_on", "next_high")
        scored: Frame = opened(with_scores(frame.to_native(), score, may_miss=days))
        scored = scored.with_columns(as_of_=day_literal(scored, "last_on", as_of))
        for name in days:
            scored = plus_days(scored, "as_of_", name, name)
        native: IntoFrameT = scored.drop("as_of_").to_native()
        return native

    def simulate(self, n: int, T_days: Any, seed: int) -> Simulated:  # noqa: N803 (the field's name)
        """Invent people who buy and leave as the model says.

        Parameters
        ----------
        n : int
            People.
        T_days : float or array of shape (n,), days
            How long each is watched from the first buying day on.
        seed : int
            The same seed invents the same people.

        Returns
        -------
        Simulated
            Their buying moments; ``.facts()`` sums them up for `fit`.
        """
        ages = np.broadcast_to(np.asarray(T_days, dtype=np.float64), n).copy()
        return self.simulated(ages, seed)

    # Storing

    def to_dict(self) -> dict[str, Any]:
        """Write the fitted model down in plain values, fit for JSON; `from_dict` reads it back."""
        return {
            "model": self.name,
            "prior": None if self.prior is None else self.prior.as_list(),
            "params": self.params_,
            "standard_errors": self.standard_errors_,
            "log_likelihood": self.log_likelihood_,
            "n": self.n_,
            "repeats": self.repeats_,
            "covariance_of_logs": self.covariance_.tolist(),
            "warnings": [one.to_dict() for one in self.warnings_],
        }

    @staticmethod
    def from_dict(stored: dict[str, Any]) -> LifetimeModel:
        """Read a model back that `to_dict` wrote."""
        kind = LifetimeModel.kinds.get(str(stored.get("model")))
        if kind is None:
            raise ValueError(f"{stored.get('model')} is no model known here")
        model = kind()
        model._restore(stored)
        return model

    def _restore(self, stored: dict[str, Any]) -> None:
        prior = stored["prior"]
        self.prior = None if prior is None else Prior(tuple(prior[0]), tuple(prior[1]))
        self.params_, self.standard_errors_ = dict(stored["params"]), dict(stored["standard_errors"])
        self.log_likelihood_, self.n_ = float(stored["log_likelihood"]), int(stored["n"])
        self.repeats_ = float(stored["repeats"])
        self.warnings_ = [Caution.from_dict(one) for one in stored["warnings"]]
        self.covariance_ = np.array(stored["covariance_of_logs"])


def _positive(horizon_days: float) -> None:
    if not 0 < horizon_days < 1e6:
        raise ValueError(f"{horizon_days} days is not a horizon; give a number of days above 0")
