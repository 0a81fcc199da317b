"""The season of a business as a clock: a December day may count for three, a January day for half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from regulars.insight.backtest.alike import grouped
from regulars.insight.backtest.buying import BuyingDays, Floats, Ints, Known
from regulars.insight.backtest.origins import Origin
from regulars.insight.lifetime import MBGNBD
from regulars.insight.lifetime.rows import Array, UniqueRows
from regulars.insight.season_factors import day_paces, month_and_weekday_factors, month_factors_of_ages
from regulars.insight.seasonality import MINIMUM_DAYS, Seasonality

LEAST_GAIN = 11.0
FEWEST_FOR_A_PULL = 60  # repeat days; the factors are shrunk, so that few of them pull little
HIDDEN = 0.25  # of the time known: the middle half of the people came first within less
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_YEAR, _SEEN_DAYS, _AHEAD_DAYS = 365, 14, 7
_Z = 1.959964


@dataclass(frozen=True)
class Clock:
    """Time as a business feels it.

    Parameters
    ----------
    months : tuple of 12 float
        How much a day of January, February ... counts; a year's days count for as many as it has.
    log_gap_shift : float, default 0
        What the logarithm of a gap gains on average when it is measured by this clock.
    weekdays : tuple of 7 float, default all 1
        How much a Monday, Tuesday ... counts within its month.
    month_errors : tuple of 12 float, default all 0
        Standard errors of the logarithms of `months`.

    Examples
    --------
    >>> clock = Clock((0.5,) * 11 + (6.39,))
    >>> start, end = date(2025, 12, 1).toordinal(), date(2025, 12, 31).toordinal()
    >>> round(float(clock.at(np.array([end]))[0] - clock.at(np.array([start]))[0]))
    192
    """

    months: tuple[float, ...]
    log_gap_shift: float = 0.0
    weekdays: tuple[float, ...] = (1.0,) * 7
    month_errors: tuple[float, ...] = (0.0,) * 12

    def at(self, day: Array) -> Floats:
        """Give the clock's time at the end of days (ordinals, whole or not)."""
        ends, times = _table(self.months, self.weekdays)
        time: Floats = np.interp(np.asarray(day, dtype=float), ends, times)
        return time

    def day(self, time: Array) -> Floats:
        """Give the day (an ordinal with a fraction) on which the clock shows a time."""
        ends, times = _table(self.months, self.weekdays)
        day: Floats = np.interp(np.asarray(time, dtype=float), times, ends)
        return day

    def rows(self, rows: UniqueRows, as_of: int) -> UniqueRows:
        """Measure what was known on a day by this clock."""
        first = as_of - rows.T
        began = self.at(first)
        logs = rows.log_gaps_sum + self.log_gap_shift * rows.x * rows.weight
        age = self.at(np.array([float(as_of)])) - began
        t_x = np.minimum(self.at(first + rows.t_x) - began, age)
        return UniqueRows(rows.x, np.where(rows.x > 0, t_x, 0.0), age, logs, rows.weight)

    def horizon(self, as_of: int, days: float) -> float:
        """Measure the days ahead by this clock."""
        end, start = self.at(np.array([as_of + days, float(as_of)]))
        return float(max(end - start, 1e-6))

    def spread(self, as_of: int, days: int) -> float:
        """Say how uncertain `horizon` is for not knowing the months exactly: a standard deviation of its logarithm.

        Over whole years it is 0: what one month counts too much the others count too little.
        """
        ahead, year = (self._shares(np.arange(as_of + 1, as_of + 1 + size)) for size in (days, _YEAR))
        return float(np.sqrt((((ahead - year) * np.array(self.month_errors)) ** 2).sum()))

    def _shares(self, ordinals: Ints) -> Floats:
        """The share of the felt time of some days that falls into each month."""
        felt = np.bincount(_months(ordinals) - 1, day_paces(self.months, self.weekdays, ordinals), 12)
        return np.asarray(felt / max(felt.sum(), 1e-9))


@lru_cache(maxsize=8)
def _table(months: tuple[float, ...], weekdays: tuple[float, ...]) -> tuple[Floats, Floats]:
    """The ends of days and the clock's time at each; within a day it runs evenly."""
    days = np.arange(date(_FIRST_YEAR, 1, 1).toordinal(), date(_LAST_YEAR, 1, 1).toordinal())
    times = np.cumsum(day_paces(months, weekdays, days))
    return np.concatenate([[days[0] - 1.0], days]), np.concatenate([[0.0], times])


def season(days: BuyingDays, as_of: date) -> Clock | None:
    """Work out how much a day counts, when at least two years are known and it is no matter of chance.

    Parameters
    ----------
    days : BuyingDays
        Everybody's buying days.
    as_of : date
        The last day that counts.

    Returns
    -------
    Clock or None
        None with less than two years or 200 repeat days, or where an even clock explains the days as well.

    Notes
    -----
    The factors are those of `regulars.insight.seasonality.Seasonality`: shrunk towards 1, growth apart. They are kept
    when the log-likelihood of all repeat days under MBG/NBD, with the density of the months' clock (the sum of the
    logarithms of the weights of the days), is better by more than the 11 free factors (Akaike 1974, "A new look at the
    statistical model identification", IEEE Transactions on Automatic Control 19(6)).
    """
    last = as_of.toordinal()
    repeat_day = _repeat_days(days, last)
    found = Seasonality().fit_counts(*_by_day(days, repeat_day, last))
    if not found.is_supported_:
        return None
    errors = tuple(float(np.log(high / low)) / (2 * _Z) for _factor, low, high, _n in found.months_)
    clock = Clock(tuple(row[0] for row in found.months_), month_errors=errors)
    rows = _rows(days.known(last))
    even, seasonal = (MBGNBD().fit_rows(measured) for measured in (rows, clock.rows(rows, last)))
    weights = day_paces(clock.months, clock.weekdays, repeat_day)
    if seasonal.log_likelihood_ + float(np.log(weights).sum()) - even.log_likelihood_ < LEAST_GAIN:
        return None
    clock = replace(clock, weekdays=tuple(row[0] for row in found.weekdays_))
    return replace(clock, log_gap_shift=_log_gap_shift(clock, days, last))


@dataclass(frozen=True)
class Pulls:
    """By how much a season seems to move a forecast that knows none, where less than two years are known.

    Parameters
    ----------
    then : float
        Logarithm of the pace of the days ahead over that of the days known, on the earlier days of like proportion on
        average.
    now : float
        The same today.
    each : tuple of float, optional
        The same on every earlier day, in the order of the origins.
    ripple : float, optional
        How unlike the months known were for whatever reason: the standard deviation of the logarithms of their paces.
    is_even : bool, default False
        The days ahead are whole years, so that most of a season cancels out.
    is_hidden : bool, default False
        Half of the people came first within so short a time that a season cannot be told from people drifting away.
    """

    then: float
    now: float
    each: tuple[float, ...] = ()
    ripple: float = 0.0
    is_even: bool = False
    is_hidden: bool = False


def pulls(days: BuyingDays, as_of: date, origins: Sequence[Origin], horizon_days: int) -> Pulls | None:
    """Look for a season where less than two years are known: too little to count it in, enough to be careful.

    Returns
    -------
    Pulls or None
        None with two years or more (then `season` decides), or fewer than 60 repeat days.
    """
    last = as_of.toordinal()
    repeat_day = _repeat_days(days, last)
    alike = [origin.is_alike for origin in origins]
    if last - days.first >= MINIMUM_DAYS or len(repeat_day) < FEWEST_FOR_A_PULL or not any(alike):
        return None
    by_day = _by_day(days, repeat_day, last)
    months, _weekdays = month_and_weekday_factors(*by_day)
    clock = Clock(tuple(row[0] for row in months))

    def pull(day: int, ahead: int) -> float:
        first, now, end = clock.at(np.array([days.first - 1.0, day, day + ahead]))
        return float(np.log((end - now) / ahead) - np.log((now - first) / (day - days.first + 1)))

    each = tuple(pull(origin.day, origin.horizon_days) for origin in origins)
    then = float(np.mean([one for one, is_alike in zip(each, alike, strict=True) if is_alike]))
    ripple = _ripple(month_factors_of_ages(*by_day, _ages(days, last)), days.first, last)
    quarters = np.quantile(days.day[days.start], [0.25, 0.75])
    is_hidden = bool(quarters[1] - quarters[0] < HIDDEN * (last - days.first))
    return Pulls(then, pull(last, horizon_days), each, ripple, _is_even(horizon_days), is_hidden)


def _ripple(months: Sequence[Any], first: int, last: int) -> float:
    """How far the paces of the months that were seen are apart: the standard deviation of their logarithms."""
    seen = np.bincount(_months(np.arange(first, last + 1)), minlength=13)[1:] >= _SEEN_DAYS
    return float(np.log([row[0] for row, is_seen in zip(months, seen, strict=True) if is_seen] or [1.0]).std())


def _ages(days: BuyingDays, last: int) -> Ints:
    """How many days after their first one people came again, for every repeat day."""
    people = np.repeat(np.arange(days.people), np.diff(np.append(days.start, len(days.day))))
    age = days.day - days.day[days.start][people]
    return age[(age > 0) & (days.day <= last)]


def _is_even(horizon_days: int) -> bool:
    off = abs(horizon_days / _YEAR - round(horizon_days / _YEAR)) * _YEAR
    return horizon_days >= _YEAR - _AHEAD_DAYS and off < _AHEAD_DAYS


@dataclass(frozen=True)
class Unseen:
    """Months that lie ahead and of which nothing is known, where less than two years are known.

    `months` are those (1 is January), as they come, of which at least a week lies ahead and less than two were seen;
    `ahead_rate` is the share of the days ahead that they are. `is_even`: the days ahead are whole years, and a whole
    year is known, so that a season cancels out.
    """

    months: tuple[int, ...]
    ahead_rate: float
    is_even: bool


def unseen(days: BuyingDays, as_of: date, horizon_days: int) -> Unseen | None:
    """Look for months ahead that were never seen; None with two years or more, where a season would be known."""
    last = as_of.toordinal()
    known = last - days.first + 1
    if known > MINIMUM_DAYS:
        return None
    ahead = _months(np.arange(last + 1, last + 1 + min(horizon_days, _YEAR)))
    seen = np.bincount(_months(np.arange(days.first, last + 1)), minlength=13) >= _SEEN_DAYS
    coming = np.bincount(ahead, minlength=13)
    new = (coming >= _AHEAD_DAYS) & ~seen
    is_even = known >= _YEAR and _is_even(horizon_days)
    months = tuple(month for month in dict.fromkeys(ahead.tolist()) if new[month])
    return Unseen(months, float(coming[new].sum() / max(len(ahead), 1)), is_even)


def _months(ordinals: Ints) -> Ints:
    days = (ordinals - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    return np.asarray(days.astype("datetime64[M]").astype("int64") % 12 + 1)


def _by_day(days: BuyingDays, repeat_day: Ints, last: int) -> tuple[Ints, Floats, Floats]:
    """Every calendar day until the last, the repeat days on it, and the people whose first day it was."""
    if days.first > last:
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
    calendar = np.arange(days.first, last + 1)
    first = days.day[days.start]
    repeats, firsts = (
        np.bincount(one - days.first, minlength=len(calendar)).astype(np.float64)
        for one in (repeat_day, first[first <= last])
    )
    return calendar, repeats, firsts


def _rows(known: Known) -> UniqueRows:
    return grouped(known)[0]


def _repeat_days(days: BuyingDays, last: int) -> Ints:
    is_repeat = np.ones(len(days.day), dtype=bool)
    is_repeat[days.start] = False
    return days.day[is_repeat & (days.day <= last)]


def _log_gap_shift(clock: Clock, days: BuyingDays, last: int) -> float:
    inside = days.day <= last
    is_repeat = np.ones(len(days.day), dtype=bool)
    is_repeat[days.start] = False
    time = clock.at(days.day)
    gap, felt = np.diff(days.day, prepend=days.day[:1]), np.diff(time, prepend=time[:1])
    kept = inside & is_repeat
    return float(np.log(np.maximum(felt[kept], 1e-3) / gap[kept]).mean()) if kept.any() else 0.0


def restored(stored: dict[str, Any]) -> Clock:
    """Read a clock back from plain values."""
    weekdays, errors = (tuple(stored.get(name, getattr(Clock, name))) for name in ("weekdays", "month_errors"))
    return Clock(tuple(stored["months"]), float(stored["log_gap_shift"]), weekdays, errors)
