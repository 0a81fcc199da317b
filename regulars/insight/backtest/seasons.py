"""The season of a business as a clock: a December day may count for three, a January day for half."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from regulars.insight.backtest.buying import BuyingDays, Floats, Ints, Known
from regulars.insight.lifetime import MBGNBD
from regulars.insight.lifetime.rows import Array, UniqueRows

SHORTEST_DAYS = 730
ROUNDS = 4
KAPPA = 30.0  # buying days that each month is shrunk by towards an ordinary one
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_POINTS = 200


@dataclass(frozen=True)
class Clock:
    """Time as a business feels it.

    Parameters
    ----------
    months : tuple of 12 float
        How much a day of January, February ... counts; a year's days count for as many as it has.
    log_gap_shift : float, default 0
        What the logarithm of a gap gains on average when it is measured by this clock.

    Examples
    --------
    >>> clock = Clock((0.5,) * 11 + (6.39,))
    >>> start, end = date(2025, 12, 1).toordinal(), date(2025, 12, 31).toordinal()
    >>> round(float(clock.at(np.array([end]))[0] - clock.at(np.array([start]))[0]))
    192
    """

    months: tuple[float, ...]
    log_gap_shift: float = 0.0

    def at(self, day: Array) -> Floats:
        """Give the clock's time at the end of days (ordinals, whole or not)."""
        begins, times = _table(self.months)
        time: Floats = np.interp(np.asarray(day, dtype=float), begins, times)
        return time

    def day(self, time: Array) -> Floats:
        """Give the day (an ordinal with a fraction) on which the clock shows a time."""
        begins, times = _table(self.months)
        day: Floats = np.interp(np.asarray(time, dtype=float), times, begins)
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


_tables: dict[tuple[float, ...], tuple[Floats, Floats]] = {}


def _table(months: tuple[float, ...]) -> tuple[Floats, Floats]:
    """The ends of months and the clock's time at each; between them it runs evenly."""
    if months not in _tables:
        ends = [
            date(year, month, 1).toordinal() - 1 for year in range(_FIRST_YEAR, _LAST_YEAR) for month in range(1, 13)
        ]
        lengths = np.diff(np.array(ends, dtype=float))
        weights = np.array(months)[np.arange(len(lengths)) % 12]
        if len(_tables) > 20:
            _tables.clear()
        _tables[months] = np.array(ends, dtype=float), np.concatenate([[0.0], np.cumsum(lengths * weights)])
    return _tables[months]


def season(days: BuyingDays, as_of: date) -> Clock | None:
    """Work out how much a day of each month counts, when at least two years are known and it is no matter of chance.

    Parameters
    ----------
    days : BuyingDays
        Everybody's buying days.
    as_of : date
        The last day that counts.

    Returns
    -------
    Clock or None
        None with less than two years, or where an even clock explains the days as well.

    Notes
    -----
    A month's repeat days are compared with what MBG/NBD expects of everybody's age by then, on the clock found so far;
    the ratio, shrunk by 30 days towards 1, corrects the month; four rounds. So a growing or shrinking business is not
    taken for a season. It is kept when the log-likelihood of all repeat days, with the clock's own density (the sum of
    the logarithms of the weights of the days), is better by more than 11/2 ln n (Schwarz 1978, "Estimating the
    Dimension of a Model", Annals of Statistics 6(2)).
    """
    last = as_of.toordinal()
    if last - days.first < SHORTEST_DAYS - 2:
        return None
    known = days.known(last)
    repeat_day = _repeat_days(days, last)
    if len(repeat_day) < 12 * KAPPA:
        return None
    rows, came = _rows(known), _by_month(repeat_day, days.first, last)
    clock = Clock((1.0,) * 12)
    even = MBGNBD().fit_rows(rows)
    for _round in range(ROUNDS):
        model = MBGNBD().fit_rows(clock.rows(rows, last))
        clock = _corrected(clock, came, _expected(model, clock, known, days.first, last))
    model = MBGNBD().fit_rows(clock.rows(rows, last))
    weights = np.array(clock.months)[_month(repeat_day)]
    gain = model.log_likelihood_ + float(np.log(weights).sum()) - even.log_likelihood_
    if gain < 11 / 2 * math.log(len(repeat_day)):
        return None
    return Clock(clock.months, _log_gap_shift(clock, days, last))


def _rows(known: Known) -> UniqueRows:
    from regulars.insight.backtest.rolling import grouped

    return grouped(known)[0]


def _repeat_days(days: BuyingDays, last: int) -> Ints:
    is_repeat = np.ones(len(days.day), dtype=bool)
    is_repeat[days.start] = False
    return days.day[is_repeat & (days.day <= last)]


def _month(day: Ints) -> Ints:
    """0 for January."""
    months = np.array([date.fromordinal(int(one)).month - 1 for one in np.unique(day)])
    return months[np.unique(day, return_inverse=True)[1]]


def _ends(first: int, last: int) -> Ints:
    """The last day before the first, the ends of the months between, the last day."""
    begins = date.fromordinal(first)
    ends, year, month = [first - 1], begins.year, begins.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = date(year, month, 1).toordinal() - 1
        if end >= last:
            return np.array([*ends, last])
        ends.append(end)


def _by_month(day: Ints, first: int, last: int) -> Floats:
    return np.bincount(_month(day), minlength=12).astype(np.float64)


def _expected(model: MBGNBD, clock: Clock, known: Known, first: int, last: int) -> Floats:
    """The repeat days that a model expects in each month of the year of everybody since their first day."""
    ends = _ends(first, last)
    begun, count = np.unique(known.first, return_counts=True)
    times, starts = clock.at(ends), clock.at(begun)
    reach = float(times[-1] - starts[0])
    grid = np.linspace(0.0, math.sqrt(reach), _POINTS) ** 2
    nothing = np.zeros(1)
    fresh = UniqueRows(nothing, nothing, nothing, nothing, np.ones(1))
    curve = np.array([0.0, *(float(model.forecast(fresh, t, None).mean[0]) for t in grid[1:])])
    since = np.maximum(times[:, None] - starts[None, :], 0.0)
    total = (np.interp(since, grid, curve) * count).sum(axis=1)
    months = np.array([date.fromordinal(int(end)).month - 1 for end in ends[1:]])
    by_month: Floats = np.bincount(months, weights=np.diff(total), minlength=12).astype(np.float64)
    return by_month


def _corrected(clock: Clock, came: Floats, expected: Floats) -> Clock:
    scale = came.sum() / max(float(expected.sum()), 1e-9)
    ratio = (came + KAPPA) / (expected * scale + KAPPA)
    weights = np.array(clock.months) * ratio
    lengths = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    weights = weights / (weights @ lengths / lengths.sum())
    return Clock(tuple(float(weight) for weight in weights))


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
    return Clock(tuple(stored["months"]), float(stored["log_gap_shift"]))
