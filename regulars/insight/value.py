"""Lifetime value: how often a person will still come, times what a visit is worth, and how sure that is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from regulars.insight.arrays import Floats, nullable
from regulars.insight.discounting import DISCOUNT_RATE_YEAR, check_terms, discounts, kept_rate
from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, need, opened, ordinal, rows
from regulars.insight.lifetime.base import Forecast, LifetimeModel
from regulars.insight.lifetime.rows import UniqueRows, with_scores
from regulars.insight.spend import GammaGamma
from regulars.insight.value_limits import limits
from regulars.insight.value_months import value_by_period

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["value", "value_by_period"]

_QUARTER_DAYS = 91.3
_MOST_PERIODS = 12
_COLUMNS = ("value", "value_low", "value_high")


def value(
    facts: IntoFrameT,
    model: LifetimeModel,
    spend: GammaGamma,
    horizon_days: float = 365,
    *,
    margin_rate: float | None = None,
    discount_rate_year: float = DISCOUNT_RATE_YEAR,
    as_of: date | None = None,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Add what each customer is still expected to bring in within a horizon.

    Parameters
    ----------
    facts : frame
        What `summary` returns; ``x``, ``t_x_days``, ``T_days`` and ``spend_mean`` are read, all columns pass through.
    model : LifetimeModel
        Fitted: how often they come.
    spend : GammaGamma
        Fitted: what a visit is worth.
    horizon_days : float, default 365
        From the day of the facts on, in days.
    margin_rate : float, optional
        What the owner keeps of each unit of money taken, 0 to 1. Without it the value is revenue.
    discount_rate_year : float, default 0.1
        What a year of waiting costs: money due in a year is divided by 1 plus this.
    as_of : date, optional
        The day of the facts; with it, facts of another day are refused.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    frame
        `facts` with ``value``, ``value_low``, ``value_high`` (unit of ``spend_mean``) and ``value_reason`` (text where
        there is no value: too few people came back to say what a visit is worth). The interval is **predictive**: it
        holds what the customer will bring, with the chance of coming and of each amount; the parameters of both models
        are taken as known. Its low end is 0 for whoever may well not come at all; its high end is never below the
        value, so for people who almost surely stay away it is the value. All three are 0 for who is surely gone.

    Raises
    ------
    FrameError
        When a column is missing, or the facts are of another day than `as_of`.
    ValueError
        When the horizon, the margin, the discount or the confidence are impossible.

    Notes
    -----
    The mean is ``E[N] E[M] margin D`` (N and M independent: Fader, Hardie and Lee 2005, "RFM and CLV: Using Iso-Value
    Curves for Customer Base Analysis", Journal of Marketing Research 42(4)). D discounts by quarter: what is expected
    in a quarter counts as paid in its middle (horizons beyond three years are cut into twelve equal periods).

    Interval: given the person's nu the sum of N amounts is gamma, and nu | data ~ Gamma(px + q, v + xz), so the sum
    over ``v + xz`` depends on x, t_x and T alone: see `value_limits`. Scoring happens on distinct (x, t_x, T), and the
    rest is one multiplication in the engine. No random numbers.

    Examples
    --------
    >>> import polars as pl
    >>> from regulars.insight.lifetime import MBGNBD
    >>> facts = pl.DataFrame(
    ...     {
    ...         "x": [0, 2, 5, 1, 9],
    ...         "t_x_days": [0, 100, 290, 20, 300],
    ...         "T_days": [300, 300, 300, 300, 305],
    ...         "spend_mean": [None, 20.0, 35.0, 18.0, 26.0],
    ...     }
    ... )
    >>> seen = value(facts, MBGNBD().fit(facts), GammaGamma().fit(facts), 365, margin_rate=0.4)
    >>> bool((seen["value_low"] <= seen["value"]).all() and (seen["value"] <= seen["value_high"]).all())
    True
    >>> seen["value"].arg_sort(descending=True)[0]  # the regular
    4
    """
    keeps = kept_rate(margin_rate)
    check_terms(horizon_days, discount_rate_year, confidence)
    frame = opened(facts)
    need(frame, "x", "t_x_days", "T_days", "spend_mean")
    if as_of is not None:
        _refuse_other_days(frame, as_of)
    if spend.params_ is None:
        missing = {name: nw.lit(None).cast(nw.Float64) for name in _COLUMNS}
        told = frame.with_columns(**missing, value_reason=nw.lit(str(spend.warnings_[-1])))
    else:

        def score(people: UniqueRows) -> dict[str, Floats]:
            ahead = model.forecast(people, horizon_days, None)
            return value_rates(people, model, spend, horizon_days, ahead, keeps, discount_rate_year, confidence)

        scored: Frame = opened(with_scores(frame.to_native(), score))
        told = with_value(scored, spend).with_columns(value_reason=nw.lit(None).cast(nw.String))
        told = told.drop(*(f"{name}_rate" for name in _COLUMNS))
    native: IntoFrameT = nullable(told, *_COLUMNS).to_native()
    return native


def _refuse_other_days(frame: Frame, as_of: date) -> None:
    need(frame, "first_on")
    ends = frame.select(day=ordinal("first_on") + nw.col("T_days").cast(nw.Int64))
    for day in rows(ends.select(nw.col("day").min().alias("first"), nw.col("day").max().alias("last")))[0]:
        if day is not None and int(day) != as_of.toordinal():
            raise FrameError("T_days", f"counts to {date.fromordinal(int(day))}, not to {as_of}")


def with_value(frame: Frame, spend: GammaGamma) -> Frame:
    """Multiply `value_rates`, joined to each person, by what stands for their money."""
    credit = spend.credit()
    return frame.with_columns(**{name: credit * nw.col(f"{name}_rate") for name in _COLUMNS})


def value_rates(
    people: UniqueRows,
    model: LifetimeModel,
    spend: GammaGamma,
    horizon_days: float,
    ahead: Forecast,
    keeps: float,
    discount_rate_year: float,
    confidence: float,
) -> dict[str, Floats]:
    """Say by what v + x z is multiplied to give the value and its limits, for each distinct history.

    `ahead` is the model's forecast for the horizon; see `value` for the others.
    """
    assert spend.params_ is not None
    p, q, _ = spend.params_.values()
    shape = p * people.x + q
    times = keeps * _discount(people, model, horizon_days, ahead.mean, discount_rate_year)
    mean = ahead.mean * p / (shape - 1)
    low, high = limits(people, model, horizon_days, ahead, p, shape, confidence)
    return {
        "value_rate": times * mean,
        "value_low_rate": times * np.minimum(low, mean),
        "value_high_rate": times * np.maximum(high, mean),
    }


def _discount(
    people: UniqueRows, model: LifetimeModel, horizon_days: float, mean: Floats, discount_rate_year: float
) -> Floats:
    """Say what is left of each unit of money once waiting is paid for, by when the purchases are expected."""
    if discount_rate_year == 0:
        return np.ones(len(people))
    periods = int(np.clip(round(horizon_days / _QUARTER_DAYS), 1, _MOST_PERIODS))
    ends = np.linspace(0, horizon_days, periods + 1)
    worth = discounts((ends[1:] + ends[:-1]) / 2, discount_rate_year)
    until = [np.zeros(len(people)), *model.means(people, ends[1:-1].tolist()), mean]
    left = sum(w * (b - a) for w, a, b in zip(worth, until, until[1:], strict=False))
    return np.asarray(np.divide(left, mean, out=np.full(len(people), worth[0]), where=mean > 0))
