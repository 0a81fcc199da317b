"""Month and weekday factors, shrunk towards 1; and a clock that runs faster when the season is high."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw
import numpy as np

from regulars.insight.arrays import Floats, arrays, joined_with
from regulars.insight.frames import Frame, opened, ordinal, rows, with_days
from regulars.insight.orders import purchases
from regulars.insight.season_factors import day_paces, month_and_weekday_factors
from regulars.insight.summary import summary, with_gaps
from regulars.insight.tables import table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_DAYS = 730
MINIMUM_REPEATS = 200
MARKED_AT = 2.87  # standard errors: twelve months without a season show one month as far off once in twenty shops
_STEPS_A_DAY, _DAYS_AT_ONCE = 8, 7
_NOUGHT = date(2000, 1, 1).toordinal()  # where the clock shows nothing yet
_Z = 1.959964


class Seasonality:
    """How much busier or quieter each month and each weekday is than the average, as far as two years can say.

    Attributes
    ----------
    is_supported_ : bool
        Whether there is enough to say anything; else every factor is taken as 1.
    reason_ : str
        Why not; empty where it is supported.
    months_, weekdays_ : list of tuple (factor, low, high, n)
        January to December, Monday to Sunday; empty where it is not supported. n counts repeat buying days.
    n_ : int
        Repeat buying days in all.

    Notes
    -----
    Repeat buying days per calendar day are taken as Poisson with overdispersion,
    ``log mean = log(people who had bought before) + quadratic trend + month + weekday``, month and weekday effects
    normal around 0 with a spread that is learned from the data (empirical Bayes by EM), so that effects that are only
    noise shrink to a factor of 1. Intervals are 95 % and allow for overdispersion. Factors average 1 over the year and
    over the week. A seasonal clock then counts each day as much as its factor: a process of constant pace on that
    clock is seasonal in the calendar (operational time; Feller 1971, "An Introduction to Probability Theory" II, 10).

    Examples
    --------
    >>> import polars as pl
    >>> day = date(2026, 1, 1)
    >>> orders = pl.DataFrame({"customer": [1, 1], "day": [day, date(2026, 1, 10)], "amount": [5.0, 5.0]})
    >>> season = Seasonality().fit(orders, date(2026, 2, 1))
    >>> season.is_supported_, season.reason_
    (False, 'Two years of orders are needed to tell a season; there are 32 days.')
    >>> season.seasonal_days(date(2026, 2, 1), 28)
    28.0
    """

    is_supported_: bool
    reason_: str
    months_: list[tuple[float, float, float, int]]
    weekdays_: list[tuple[float, float, float, int]]
    n_: int

    def fit(self, orders: Any, as_of: date) -> Self:
        """Learn the factors from orders until a day.

        Parameters
        ----------
        orders : frame
            See `regulars.insight.orders.purchases`.
        as_of : date
            The last day that counts.

        Raises
        ------
        FrameError
            When `orders` breaks its contract.
        """
        return self.fit_gaps(gaps_by_day(orders, as_of), as_of)

    def fit_gaps(self, gaps: Frame, as_of: date) -> Self:
        """Learn the factors from what `gaps_by_day` counted until that day."""
        return self.fit_counts(*_counted(gaps, as_of))

    def fit_counts(self, days: Any, repeats: Floats, firsts: Floats) -> Self:
        """Learn the factors from counts of every calendar day in turn.

        Parameters
        ----------
        days : array of int
            Ordinals, from the first buying day of all to the last day that counts.
        repeats, firsts : array of float
            Repeat buying days on each, and people whose first buying day it was.
        """
        self.n_, self.months_, self.weekdays_ = int(repeats.sum()), [], []
        self.reason_ = _why_not(len(days), self.n_)
        self.is_supported_ = not self.reason_
        if self.is_supported_:
            self.months_, self.weekdays_ = month_and_weekday_factors(days, repeats, firsts)
        return self

    @property
    def is_marked(self) -> bool:
        """Whether some month differs from the average by more than twelve months of chance would."""
        return any(abs(np.log(f)) > MARKED_AT * np.log(high / low) / (2 * _Z) for f, low, high, _ in self.months_)

    def factor(self, day: date) -> float:
        """Give how much busier than the average this day is (1.0 where a season is not supported)."""
        return float(self._paces(np.array([day.toordinal()]))[0])

    def seasonal_days(self, as_of: date, horizon_days: float) -> float:
        """Count the days after `as_of` by their factors: how many average days the horizon is worth.

        Parameters
        ----------
        as_of : date
            The horizon begins on the day after.
        horizon_days : float
            Calendar days.

        Returns
        -------
        float
            Effective days, to be handed to a model that was fitted on `facts`.
        """
        whole = int(horizon_days)
        ahead = as_of.toordinal() + np.arange(1, whole + 2)
        paces = self._paces(ahead)
        return float(paces[:whole].sum() + (horizon_days - whole) * paces[whole])

    def calendar_days(self, after: date, seasonal_days: float) -> float:
        """Give how many calendar days after a day it takes until the seasonal clock has run so far.

        Examples
        --------
        >>> Seasonality.from_dict({"months": [], "weekdays": [], "reason": "", "n": 0}).calendar_days(
        ...     date(2026, 1, 1), 10
        ... )
        10.0
        """
        if not self.months_:
            return float(seasonal_days)
        span = int(3 * seasonal_days) + 800
        clock = np.concatenate([[0.0], np.cumsum(self._paces(after.toordinal() + np.arange(1, span + 1)))])
        beyond = max(0.0, seasonal_days - float(clock[-1]))
        passed: float = np.interp(seasonal_days, clock, np.arange(span + 1)).item()
        return passed + beyond

    def facts(self, orders: IntoFrameT, as_of: date) -> IntoFrameT:
        """Sum up customers as `summary` does, with t_x, T and the gaps counted on the seasonal clock.

        Parameters
        ----------
        orders : frame
            See `regulars.insight.orders.purchases`.
        as_of : date
            The last day that counts.

        Returns
        -------
        frame
            The columns of `summary`; ``t_x_days``, ``T_days`` and ``log_gaps_sum`` in seasonal days. A lifetime model
            or `Rhythms` fitted on them speaks in seasonal days: give it `seasonal_days` as its horizon.

        Raises
        ------
        FrameError
            When `orders` breaks its contract.
        """
        plain = summary(orders, as_of)
        if not self.months_:
            return plain
        logs = self._log_gaps(opened(purchases(orders, as_of)))
        frame = opened(self.felt(plain, as_of))
        kept = frame.collect_schema().names()
        frame = _joined(frame.drop("log_gaps_sum"), logs)
        seasonal = frame.with_columns(log_gaps_sum=nw.col("log_gaps_sum").fill_null(0.0)).select(*kept)
        native: IntoFrameT = seasonal.to_native()
        return native

    def log_gaps(self, gaps: Frame) -> float:
        """Sum the natural logarithms of everybody's gaps, in seasonal days, from what `gaps_by_day` counted."""
        dated = gaps.filter(nw.col("gap_days") > 0).with_columns(before=nw.col("at") - nw.col("gap_days"))
        clocked = self._clocked_at(self._clocked_at(dated, "at", "clock_last"), "before", "clock_first")
        log_gap = (nw.col("clock_last") - nw.col("clock_first")).log()
        [(total,)] = rows(clocked.select(total=(log_gap * nw.col("n")).sum()))
        return float(total or 0.0)

    def felt(self, facts: IntoFrameT, as_of: date) -> IntoFrameT:
        """Count t_x and T of what `summary` returned on the seasonal clock; the gaps stay those of the calendar.

        Enough to describe people with `Rhythms` that were fitted on `facts`, without reading the orders again.
        """
        if not self.months_:
            return facts
        frame = with_days(with_days(opened(facts), "first_on"), "last_on")
        kept = frame.collect_schema().names()
        [(first,)] = rows(frame.select(ordinal("first_on").min()))
        days = np.arange(as_of.toordinal() if first is None else int(first), as_of.toordinal() + 1)
        shown = self._clock(days)
        frame = frame.with_columns(day_first=ordinal("first_on"), day_last=ordinal("last_on"))
        for end in ("first", "last"):
            frame = joined_with(frame, {f"day_{end}": days, f"clock_{end}": shown}, f"day_{end}")
        seasonal = frame.with_columns(
            t_x_days=nw.col("clock_last") - nw.col("clock_first"),
            T_days=nw.lit(float(shown[-1])) - nw.col("clock_first"),
        )
        native: IntoFrameT = seasonal.select(*kept).to_native()
        return native

    def felt_days(self, first: date, last: date) -> float:
        """Give the seasonal days between two days, as `felt` counts them."""
        start, end = self._clock(np.array([first.toordinal(), last.toordinal()]))
        return float(end - start)

    def whole_days(self, after: date, felt_days: float) -> int:
        """Give how many whole calendar days have passed when the seasonal clock has run so far, as `in_calendar`."""
        return int(self._passed(np.array([after.toordinal()]), np.array([felt_days]), up=False)[0])

    def with_silence(self, facts: Frame, as_of: date, name: str) -> Frame:
        """Add how long people have been silent, on the seasonal clock (a frame in, a frame out, both open)."""
        end = float(self._clock(np.array([as_of.toordinal()]))[0])
        frame = self._clocked(facts, "last_on", "clock_last")
        return frame.with_columns((nw.lit(end) - nw.col("clock_last")).alias(name)).drop("clock_last")

    def in_calendar(self, facts: Frame, days: str, *, up: bool) -> Frame:
        """Turn seasonal days after ``last_on`` into whole calendar days: `up` to the day by which they have passed.

        A frame in, a frame out, both open. Days are looked up in small steps of the clock, so that nothing is fetched
        but how far ahead to look.
        """
        [(first, last, longest)] = rows(
            facts.select(a=ordinal("last_on").min(), b=ordinal("last_on").max(), c=nw.col(days).max())
        )
        if first is None or longest is None or longest != longest:  # nobody, or nobody with a number of days
            return facts
        ahead = np.arange(int(first), int(last) + int(1.25 * longest) + 800)
        ends = self._clock(ahead)
        frame = facts.with_columns(clock_day=ordinal("last_on"))
        fine = _fine_enough(ends)
        frame = self._looked_up(frame, days, ahead, ends, *fine, up) if fine else self._one_by_one(frame, days, up)
        return frame.drop("clock_day")

    def _looked_up(
        self, dated: Frame, days: str, ahead: Any, ends: Floats, step: float, at_once: int, up: bool
    ) -> Frame:
        frame = joined_with(dated, {"clock_day": ahead, "began_": ends}, "clock_day")
        frame = frame.with_columns(until_=nw.col("began_") + nw.col(days))
        frame = frame.with_columns(step_=(nw.col("until_") / step).floor().fill_null(-1.0).cast(nw.Int64))
        by_step = _days_by_step(ahead, ends, step, at_once)
        frame = joined_with(frame, by_step, "step_")
        passed = nw.col("day_") - nw.col("clock_day") - (0 if up else 1)
        for name in list(by_step)[2:]:
            is_over = nw.col("until_") > nw.col(name) if up else nw.col("until_") >= nw.col(name)
            passed = passed + is_over.cast(nw.Int64)
        return frame.with_columns(passed.cast(nw.Float64).alias(days)).drop("began_", "until_", *by_step)

    def _one_by_one(self, dated: Frame, days: str, up: bool) -> Frame:
        """Fetch the distinct pairs of a day and a duration, and join what is found."""
        known = dated.filter(~nw.col(days).is_null()).select("clock_day", felt=nw.col(days)).unique()
        found = arrays(known, "clock_day", "felt")
        starts = found["clock_day"].astype("int64")
        passed = {"calendar_": self._passed(starts, found["felt"], up=up)}
        frame = joined_with(dated, {"clock_day": starts, days: found["felt"]} | passed, "clock_day", days)
        return frame.with_columns(nw.col("calendar_").alias(days)).drop("calendar_")

    def _passed(self, starts: Any, felt: Floats, *, up: bool) -> Floats:
        ahead = int(3 * felt.max()) + 800
        line = self._clock(np.arange(starts.min(), starts.max() + ahead))
        at = starts - starts.min()
        end = line[at] + felt
        passed = (np.searchsorted(line, end) if up else np.searchsorted(line, end, side="right") - 1.0) - at
        return np.asarray(passed, dtype=float)

    def to_dict(self) -> dict[str, Any]:
        """Give what was learned, fit for JSON."""
        return {"months": self.months_, "weekdays": self.weekdays_, "reason": self.reason_, "n": self.n_}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Seasonality:
        """Make a season of what `to_dict` gave."""
        season = cls()
        season.months_ = [tuple(row) for row in stored["months"]]
        season.weekdays_ = [tuple(row) for row in stored["weekdays"]]
        season.reason_, season.n_ = stored["reason"], int(stored["n"])
        season.is_supported_ = bool(season.months_)
        return season

    def _paces(self, ordinals: Any) -> Floats:
        if not self.months_:
            return np.ones(len(ordinals))
        return day_paces([row[0] for row in self.months_], [row[0] for row in self.weekdays_], ordinals)

    def _clock(self, ordinals: Any) -> Floats:
        """What the clock shows at the end of each day, the same whatever days are asked for; it only ever serves as a
        difference."""
        first, last = min(int(np.min(ordinals)), _NOUGHT), max(int(np.max(ordinals)), _NOUGHT)
        shown = np.cumsum(self._paces(np.arange(first, last + 1)))
        return np.asarray(shown[np.asarray(ordinals, dtype="int64") - first] - shown[_NOUGHT - first])

    def _clocked(self, frame: Frame, day: str, name: str) -> Frame:
        """Add what the clock shows on a column of days: a table of a few thousand days, joined."""
        return self._clocked_at(frame.with_columns(clock_day=ordinal(day)), "clock_day", name).drop("clock_day")

    def _clocked_at(self, frame: Frame, ordinals: str, name: str) -> Frame:
        days = arrays(frame.select(ordinals).unique(), ordinals)[ordinals].astype("int64")
        shown = self._clock(days) if len(days) else np.zeros(0)
        return joined_with(frame, {ordinals: days, name: shown}, ordinals)

    def _log_gaps(self, bought: Frame) -> Frame:
        steps = with_gaps(self._clocked(bought, "day", "clock"))
        before = nw.col("clock").shift(1)
        if isinstance(steps, nw.LazyFrame):
            before = before.over("customer", order_by="day")
        steps = steps.with_columns(gap=nw.col("clock") - before).filter(nw.col("gap_days") > 0)
        steps = steps.with_columns(log_gap=nw.col("gap").log())
        return steps.group_by("customer").agg(log_gaps_sum=nw.col("log_gap").sum())


def seasonality(orders: IntoFrameT, as_of: date) -> IntoFrameT:
    """Say how much busier or quieter each month and each weekday is than the average.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.

    Returns
    -------
    frame
        19 rows: ``kind`` ("month" or "weekday"), ``number`` (1 to 12, 1 is January; 1 to 7, 1 is Monday), ``factor``
        (1 is the average), ``low``, ``high`` (95 % interval), ``n`` (repeat buying days seen), ``reason`` (why the
        factors are missing: under two years of orders or 200 repeat buying days).

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Notes
    -----
    See `Seasonality`.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame({"customer": [1], "day": [date(2026, 1, 1)], "amount": [5.0]})
    >>> seasonality(orders, date(2026, 2, 1)).row(0)
    ('month', 1, None, None, None, 0, 'Two years of orders are needed to tell a season; there are 32 days.')
    """
    season = Seasonality().fit(orders, as_of)
    kinds = [("month", n + 1, season.months_) for n in range(12)]
    kinds += [("weekday", n + 1, season.weekdays_) for n in range(7)]
    rows = [found[number - 1] if found else (None, None, None, 0) for _, number, found in kinds]
    table = table_like(
        opened(orders),
        {
            "kind": ("text", [kind for kind, _, _ in kinds]),
            "number": ("whole", [number for _, number, _ in kinds]),
            "factor": ("number", [row[0] for row in rows]),
            "low": ("number", [row[1] for row in rows]),
            "high": ("number", [row[2] for row in rows]),
            "n": ("whole", [row[3] for row in rows]),
            "reason": ("text", [season.reason_ or None] * len(rows)),
        },
    )
    native: IntoFrameT = table.to_native()
    return native


def _why_not(days: int, repeats: int) -> str:
    if days < MINIMUM_DAYS:
        return f"Two years of orders are needed to tell a season; there are {days} days."
    if repeats < MINIMUM_REPEATS:
        return f"{MINIMUM_REPEATS} repeat visits are needed to tell a season; there are {repeats}."
    return ""


def gaps_by_day(orders: Any, as_of: date) -> Frame:
    """Count buying days by their day and the gap before it: all that a season has to know of the orders.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts.

    Returns
    -------
    open frame
        ``at`` (the day, as `date.toordinal`), ``gap_days`` (0 on somebody's first day) and ``n``: at most a row for
        each two days of the calendar.

    Raises
    ------
    FrameError
        When `orders` breaks its contract.
    """
    steps = with_gaps(purchases(orders, as_of)).filter(nw.col("is_new_day") == 1)
    steps = steps.select("day", gap_days=nw.col("gap_days").fill_null(0).cast(nw.Int64))
    counted = steps.group_by("day", "gap_days").agg(n=nw.len())
    return counted.select("gap_days", at=ordinal("day"), n=nw.col("n").cast(nw.Int64))


def _counted(gaps: Frame, as_of: date) -> tuple[Any, Floats, Floats]:
    """Each calendar day since the first order: its ordinal, repeat buying days on it, people whose first day it was."""
    first = nw.when(nw.col("gap_days") == 0).then(nw.col("n")).otherwise(nw.lit(0))
    by_day = gaps.with_columns(first=first).group_by("at").agg(first=nw.col("first").sum(), n=nw.col("n").sum())
    found = arrays(by_day, "at", "first", "n")
    if not len(found["at"]):
        return np.zeros(0, dtype="int64"), np.zeros(0), np.zeros(0)
    start = int(found["at"].min())
    days = np.arange(start, as_of.toordinal() + 1)
    firsts, repeats = np.zeros(len(days)), np.zeros(len(days))
    places = found["at"].astype("int64") - start
    firsts[places] = found["first"]
    repeats[places] = found["n"] - found["first"]
    return days, repeats, firsts


def _fine_enough(ends: Floats) -> tuple[float, int] | None:
    """Find steps of the clock, not many more than days, and how many days at most end within one; none in vain.

    One day where each counts for something, two in a shop that is closed on Sundays, a week at most.
    """
    for at_once in range(1, _DAYS_AT_ONCE + 1):
        step = 0.99 * float((ends[at_once:] - ends[:-at_once]).min())
        if ends[-1] - ends[0] <= _STEPS_A_DAY * len(ends) * step:
            return step, at_once
    return None


def _days_by_step(days: Any, ends: Floats, step: float, at_once: int) -> dict[str, Any]:
    """For each step of the clock: the first of `days` that ends in it or later, and when that and the next ones end."""
    places = np.floor(ends / step).astype("int64")
    steps = np.arange(places[0], places[-1] + 1)
    at = np.searchsorted(places, steps)
    beyond = np.append(ends, np.full(at_once, np.inf))
    return {"step_": steps, "day_": days[at]} | {f"ends_{n}_": beyond[at + n] for n in range(at_once)}


def _joined(left: Any, right: Any) -> Frame:
    both: Frame = left.join(right, on="customer", how="left")
    return both
