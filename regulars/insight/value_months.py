"""What the coming months hold from the people we already have, and how sure that is."""

from __future__ import annotations

import math
from calendar import monthrange
from datetime import date, timedelta
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw
import numpy as np

from regulars.insight.arrays import Floats, arrays, frame_like, nullable
from regulars.insight.discounting import DISCOUNT_RATE_YEAR, check_terms, discounts, kept_rate
from regulars.insight.frames import Frame, need, opened, with_days
from regulars.insight.lifetime.base import Forecast, LifetimeModel
from regulars.insight.lifetime.rows import KEYS, UniqueRows
from regulars.insight.spend import GammaGamma, paid_again

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

_GRID_ROWS = 4_000  # for the shape of the months; the level is taken from everybody
_SPREAD_ROWS = 800
_LEAST_TAIL = 0.5  # of the shape of a person's mean above 2, where its variance would be infinite
_NODES = 41
_STEP = 1e-4
_CROWD = 1e9  # so many people that only what is not known about the parameters is left of the chance
_MONEY = ("value", "value_low", "value_high", "total_value", "total_value_low", "total_value_high")


class Purses(NamedTuple):
    """Everybody's histories, weighted by people, by what they paid on repeat visits, and by its square."""

    people: UniqueRows
    paid: UniqueRows
    squares: UniqueRows

    def on_grid(self, most: int) -> Purses:
        """Pool neighbours in time, each weighting by itself, so that its totals stay."""
        return Purses(*(rows.on_grid(most) for rows in self))


class Outlook(NamedTuple):
    """Of everybody together until some day: purchases, money, and the variance of the money (parameters known).

    `chance` is the part of the variance that would be there if everybody's rate were known and steady.
    """

    purchases: float
    money: float
    variance: float
    chance: float


def value_by_period(
    facts: IntoFrameT,
    model: LifetimeModel,
    spend: GammaGamma,
    horizon_days: int = 365,
    *,
    as_of: date,
    margin_rate: float | None = None,
    discount_rate_year: float = DISCOUNT_RATE_YEAR,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Expect purchases and money month by month from the people we already have.

    Parameters
    ----------
    facts : frame
        What `summary` returns for `as_of`.
    model : LifetimeModel
        Fitted: how often they come.
    spend : GammaGamma
        Fitted: what a visit is worth.
    horizon_days : int, default 365
        From the day after `as_of` on.
    as_of : date
        The day of the facts; months are those of the calendar, the first and the last may be parts.
    margin_rate : float, optional
        What the owner keeps of each unit of money taken, 0 to 1. Without it the value is revenue.
    discount_rate_year : float, default 0.1
        What a year of waiting costs; a month's money counts as paid in its middle. 0 gives the money as it comes in.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        Of the kind of `facts`, a row a month, in order: ``from_on``, ``until_on`` (the last day, inclusive),
        ``expected_purchases``, ``value``, ``value_low``, ``value_high`` of that month; ``total_value``,
        ``total_value_low``, ``total_value_high`` from the beginning until the end of that month (the last row holds
        the whole horizon); and ``value_reason``, text where there is no money figure. The intervals are predictive:
        they hold the sum itself, with the chance of each person and each amount and the uncertainty of both models.

    Raises
    ------
    FrameError
        When a column is missing.
    ValueError
        When the horizon, the margin, the discount or the confidence are impossible.

    Notes
    -----
    With N purchases until a day and a person's mean M = p / nu, ``Var(sum) = E[N] E[p / nu^2] + E[N^2] E[M^2] -
    (E[N] E[M])^2``, summed over everybody (people are independent given the parameters). The logarithm of the expected
    total is taken as normal with the variance of the delta method over the parameters of both models; given it, the
    total as gamma. For a single month the part of the variance that is due to differing rates is taken to grow with
    the square of its mean. Months are found on at most 4,000 pooled histories and raised to the total of everybody.

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
    >>> day = date(2026, 6, 20)
    >>> months = value_by_period(facts, MBGNBD().fit(facts), GammaGamma().fit(facts), 30, as_of=day)
    >>> months.select("from_on", "until_on").rows()
    [(datetime.date(2026, 6, 21), datetime.date(2026, 6, 30)), (datetime.date(2026, 7, 1), datetime.date(2026, 7, 20))]
    >>> months["total_value"][1] > months["value"][1] > months["value"][0] > 0
    True
    """
    keeps = kept_rate(margin_rate)
    check_terms(horizon_days, discount_rate_year, confidence)
    frame = opened(facts)
    need(frame, *KEYS, "spend_mean")
    ahead = MonthsAhead(frame, model, spend, horizon_days, as_of)
    columns = _days(ahead.months) | ahead.on_terms(keeps, discount_rate_year, confidence)
    told = nw.lit(None).cast(nw.String) if spend.params_ else nw.lit(str(spend.warnings_[-1]))
    table: Frame = frame_like(frame, columns)
    dated = with_days(with_days(table, "from_on"), "until_on")
    if spend.params_ is None:
        dated = dated.with_columns(**{name: nw.lit(None).cast(nw.Float64) for name in _MONEY})
    native: IntoFrameT = nullable(dated.with_columns(value_reason=told), *_MONEY).to_native()
    return native


def _purses(frame: Frame) -> Purses:
    each = frame.select(*KEYS, paid_again().alias("paid"))
    each = each.with_columns(square=nw.col("paid") * nw.col("paid"))
    sums = each.group_by(*KEYS).agg(nw.len().alias("people"), nw.col("paid").sum(), nw.col("square").sum())
    table = arrays(sums, *KEYS, "people", "paid", "square")
    order = np.lexsort((table["t_x_days"], table["T_days"], table["x"]))
    x, t_x, age = (table[key][order] for key in KEYS)

    def weighted(name: str) -> UniqueRows:
        weight = table[name][order]
        has = weight > 0
        return UniqueRows(x[has], t_x[has], age[has], np.zeros(int(has.sum())), weight[has])

    return Purses(weighted("people"), weighted("paid"), weighted("square"))


def _months(as_of: date, horizon_days: int) -> list[tuple[date, date]]:
    """Cut the days after `as_of` at the ends of calendar months."""
    last, start, months = as_of + timedelta(days=horizon_days), as_of + timedelta(days=1), []
    while start <= last:
        end = min(start.replace(day=monthrange(start.year, start.month)[1]), last)
        months.append((start, end))
        start = end + timedelta(days=1)
    return months


def _days(months: list[tuple[date, date]]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.datetime64]]]:
    return {
        "from_on": np.array([start for start, _ in months], dtype="datetime64[D]"),
        "until_on": np.array([end for _, end in months], dtype="datetime64[D]"),
    }


class MonthsAhead:
    """What the months hold before anybody says on which terms: what is costly is the same for all terms.

    Parameters as in `value_by_period`; `months` holds the first and the last day of each.
    """

    def __init__(self, facts: object, model: LifetimeModel, spend: GammaGamma, horizon_days: int, as_of: date) -> None:
        purses = _purses(opened(facts))
        self._model, self._spend = model, spend
        self.months = _months(as_of, int(horizon_days))
        self._ends = np.array([(until - as_of).days for _, until in self.months], dtype=float)
        self._grid = purses.on_grid(_GRID_ROWS)
        self._until = [outlook(self._grid, model, spend, end) for end in self._ends]
        is_whole = self._grid.people is purses.people
        self._whole = self._until[-1] if is_whole else outlook(purses, model, spend, self._ends[-1])

    @cached_property
    def _spreads(self) -> Floats:
        return _spreads(self._grid.on_grid(_SPREAD_ROWS), self._model, self._spend, self._ends)

    def on_terms(self, keeps: float, discount_rate_year: float, confidence: float) -> dict[str, Floats]:
        """Give the columns of numbers of `value_by_period`, without money where nobody knows what a visit is worth."""
        until, whole, ends = self._until, self._whole, self._ends
        purchases = np.array([each.purchases for each in until]) * _ratio(whole.purchases, until[-1].purchases)
        months = {"expected_purchases": np.diff(purchases, prepend=0.0)}
        if self._spend.params_ is None:
            return months
        level = _ratio(whole.money, until[-1].money)
        money = np.array([each.money for each in until]) * level
        parts = zip(*((u.variance, u.chance) for u in until), strict=True)
        variance, chance = (level * np.array(part) for part in parts)
        worth = keeps * discounts(ends - np.diff(ends, prepend=0.0) / 2, discount_rate_year)
        each_month = np.diff(money, prepend=0.0).clip(0.0)
        total = np.cumsum(each_month * worth)
        scale = np.divide(total, money, out=np.zeros(len(total)), where=money > 0)
        own = _month_variance(each_month, money, variance, chance)
        month_ends = _intervals(each_month * worth, own * worth**2, self._spreads, confidence)
        total_ends = _intervals(total, variance * scale**2, self._spreads, confidence)
        columns = (each_month * worth, *month_ends, total, *total_ends)
        return months | dict(zip(_MONEY, columns, strict=True))


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else 1.0


def outlook(purses: Purses, model: LifetimeModel, spend: GammaGamma, horizon_days: float) -> Outlook:
    """Add everybody up."""
    ahead = [model.forecast(rows, horizon_days, None) for rows in purses]
    purchases = float(purses.people.weight @ ahead[0].mean)
    if spend.params_ is None:
        return Outlook(purchases, 0.0, 0.0, 0.0)
    p, q, v = spend.params_.values()
    parts = [_part(rows, each, p, q) for rows, each in zip(purses, ahead, strict=True)]
    money = v * parts[0][0] + parts[1][0]
    # the square of a credit v + xz is v^2 + 2 v xz + (xz)^2
    variance, chance = (v * v * parts[0][at] + 2 * v * parts[1][at] + parts[2][at] for at in (1, 2))
    return Outlook(purchases, money, variance, chance)


def _part(rows: UniqueRows, ahead: Forecast, p: float, q: float) -> tuple[float, float, float]:
    """Sum mean, variance and the part of it that is chance over rows, for a credit of 1 each."""
    shape = p * rows.x + q
    mean, square = p / (shape - 1), p * p / ((shape - 1) * np.maximum(shape - 2, _LEAST_TAIL))
    count, count_square = ahead.mean, ahead.variance + ahead.mean**2
    variance = np.maximum(count * square / p + count_square * square - (count * mean) ** 2, 0.0)
    chance = count * square * (1 + 1 / p)
    return float(rows.weight @ (count * mean)), float(rows.weight @ variance), float(rows.weight @ chance)


def _month_variance(month: Floats, money: Floats, variance: Floats, chance: Floats) -> Floats:
    """Give each month its own share of chance, and of what differs between people by the square of its money."""
    share = np.divide(month, money, out=np.zeros(len(month)), where=money > 0)
    alone = np.diff(chance, prepend=0.0).clip(0.0)
    own: Floats = np.maximum(alone + (variance - chance) * share**2, alone / 10)
    return own


def _spreads(purses: Purses, model: LifetimeModel, spend: GammaGamma, ends: Floats) -> Floats:
    """Find the standard deviation of the logarithm of the expected total, from the parameters, at each end."""
    assert spend.params_ is not None
    p, q, v = spend.params_.values()
    some, paid = purses.people, purses.paid
    x, t_x, age = (np.concatenate(pair) for pair in ((some.x, paid.x), (some.t_x, paid.t_x), (some.T, paid.T)))
    credit = np.concatenate([v * some.weight, paid.weight]) * p / (p * x + q - 1)
    if not credit.sum() > 0:
        return np.zeros(len(ends))
    crowd = UniqueRows(x, t_x, age, np.zeros(len(x)), credit * (_CROWD / credit.sum()))
    known = [_log_spread(model, crowd, end) for end in (ends[0], ends[-1])]
    by_time: Floats = np.interp(ends, [ends[0], ends[-1]], known)
    return np.hypot(by_time, _spend_spread(purses, model, spend, float(ends[-1])))


def _log_spread(model: LifetimeModel, crowd: UniqueRows, horizon_days: float) -> float:
    total = model.total_of_rows(crowd, horizon_days)
    if not (0 < total.low < total.high):
        return 0.0
    return math.log(total.high / total.low) / (2 * NormalDist().inv_cdf(0.975))


def _spend_spread(purses: Purses, model: LifetimeModel, spend: GammaGamma, horizon_days: float) -> float:
    """Follow the total along ln p, ln(q - 1) and the logarithm of the mean, and put in their covariance."""
    assert spend.params_ is not None
    if spend.covariance_ is None:
        return 0.0
    counts = [rows.weight * model.forecast(rows, horizon_days, None).mean for rows in purses[:2]]
    p, q, v = spend.params_.values()
    at = np.log([p, q - 1, p * v / (q - 1)])

    def log_total(theta: Floats) -> float:
        p, less, mean = np.exp(theta)
        means = [p / (p * rows.x + less) for rows in purses[:2]]
        return math.log(mean * less / p * (counts[0] @ means[0]) + counts[1] @ means[1])

    steps = _STEP * np.eye(3)
    slope = np.array([(log_total(at + step) - log_total(at - step)) / (2 * _STEP) for step in steps])
    return math.sqrt(max(float(slope @ spend.covariance_ @ slope), 0.0))


def _intervals(mean: Floats, variance: Floats, spread: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Find quantiles of gamma sums whose own mean is uncertain: the mixture over 41 equally likely means."""
    normal = NormalDist()
    steps = np.array([normal.inv_cdf((i + 0.5) / _NODES) for i in range(_NODES)])
    means = mean[:, None] * np.exp(spread[:, None] * steps)
    scale = np.divide(variance, mean, out=np.ones(len(mean)), where=mean > 0)[:, None]
    low, high = (_quantile(means, scale, (1 + sign * confidence) / 2) for sign in (-1, 1))
    return np.minimum(low, mean), np.maximum(high, mean)


def _quantile(means: Floats, scale: Floats, p: float) -> Floats:
    from scipy.special import gammainc

    low = np.zeros(len(means))
    is_some = means.max(axis=1) > 0

    def below(money: Floats) -> Floats:
        return np.asarray(gammainc(np.maximum(means, 1e-300) / scale, money[:, None] / scale).mean(axis=1))

    high = means.max(axis=1) + 10 * np.sqrt(scale[:, 0] * means.max(axis=1)) + 10 * scale[:, 0]
    while (is_short := is_some & (below(high) < p)).any():
        high = np.where(is_short, 2 * high, high)
    for _ in range(60):
        middle = (low + high) / 2
        is_low = below(middle) < p
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.where(is_some, high, 0.0)
