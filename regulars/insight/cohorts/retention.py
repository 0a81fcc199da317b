"""The grid of cohorts: of those who came first then, how many bought again in each later period."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.cohorts.firsts import bought_by, cohort_name, in_order, is_column, with_cohorts
from regulars.insight.cohorts.periods import PERIODS, checked, first_day, index_of, last_day
from regulars.insight.cohorts.shares import NOT_OVER, Share, share_of
from regulars.insight.frames import Frame
from regulars.insight.tables import fetched, merged, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

Counts = dict[Any, dict[int, dict[int, int]]]  # cohort -> first period -> period -> people who bought in it
_EVERYBODY = Share(1.0, 1.0, 1.0, None)


def retention(
    orders: IntoFrameT,
    as_of: date,
    *,
    by: str = "month",
    period: str | None = None,
    periods: int = 24,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Count who of each cohort bought again in each later period.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    by : str, default "month"
        What makes a cohort: the ``"week"``, ``"month"``, ``"quarter"`` or ``"year"`` of the first purchase, or the
        name of a column of `orders` (``"channel"``, ``"referrer"``: text or whole numbers), whose value on the day of
        the first purchase counts (of several that day the first in order).
    period : str, optional
        The unit of the columns of the grid: as `by` when that is a period, else ``"month"``.
    periods : int, default 24
        How many later periods at most.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        A full grid, one row for each cohort and period, sorted by both:

        * ``cohort``: ``"2026-01"``, ``"2026-Q1"``, ``"2026-W05"``, ``"2026"`` or the label; missing where the column is
        * ``cohort_on``: first day of the cohort's period; missing for labels
        * ``period``: periods since each one's first, 0 is the period of the first purchase
        * ``people``: size of the cohort
        * ``n``: how many of them have that period wholly behind them
        * ``returned``: how many of the `n` bought in it; missing where `n` is 0
        * ``share``, ``low``, ``high``: returned / n with Wilson's interval; 1 in period 0 by definition
        * ``share_reason``: ``"not over yet"`` (n is 0) or ``"too few people"`` (n < 5) where the share is missing

    Raises
    ------
    FrameError
        When `orders` breaks its contract or lacks the column.
    ValueError
        When `period` is not one of the four, or `periods` is less than 1.

    Notes
    -----
    A period that is not over by `as_of` is missing, not 0: nobody can be counted as lost in a month that still runs.
    Cohorts by label mix people with different first months, so `n` falls with the period and only those who could
    have come are counted. A column with more than 50 values keeps the 49 largest; the rest are ``"(others)"``.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": [1, 2, 3, 4, 5, 1, 2, 1],
    ...         "day": [date(2026, 1, 9)] * 5 + [date(2026, 2, 9)] * 2 + [date(2026, 3, 9)],
    ...         "amount": [10.0] * 8,
    ...     }
    ... )
    >>> grid = retention(orders, date(2026, 3, 15))
    >>> grid.select("cohort", "period", "people", "n", "returned", "share", "share_reason").rows()
    [('2026-01', 0, 5, 5, 5, 1.0, None), ('2026-01', 1, 5, 5, 2, 0.4, None)]
    >>> retention(orders, date(2026, 3, 31))["share"].to_list()
    [1.0, 0.4, 0.2]
    """
    unit = checked(period or (by if by in PERIODS else "month"))
    if periods < 1:
        raise ValueError(f"{periods} periods is none; give 1 or more")
    bought = bought_by(orders, as_of, by)
    counts: Counts = defaultdict(lambda: defaultdict(dict))
    for cohort, start, index, people in fetched(_counted(bought, by, unit)):
        if index - start <= periods:
            counts[cohort][int(start)][int(index)] = int(people)
    made: IntoFrameT = _grid(bought, counts, as_of, by, unit, periods, confidence).to_native()
    return made


def _counted(bought: Frame, by: str, unit: str) -> Frame:
    """Count people by cohort, first period and period in which they bought."""
    came = bought.select("customer", index=index_of("day", unit)).group_by("customer", "index").agg(visits=nw.len())
    if by == unit:  # the first period says it all
        begun = came.with_columns(start=nw.col("index").min().over("customer"))
        return begun.group_by("start", "index").agg(people=nw.len()).select(nw.col("start").alias("cohort"), nw.all())
    firsts = with_cohorts(bought, by).select("customer", "cohort", start=index_of("first_on", unit))
    begun = merged(came.select("customer", "index"), firsts, ["customer"])
    return begun.group_by("cohort", "start", "index").agg(people=nw.len())


def _grid(like: Frame, counts: Counts, as_of: date, by: str, unit: str, periods: int, confidence: float) -> Frame:
    starts = [start for by_start in counts.values() for start in by_start]
    latest = max((k for s in starts for k in range(periods + 1) if last_day(s + k, unit) <= as_of), default=0)
    columns: dict[str, list[Any]] = {name: [] for name in _KINDS}
    for cohort in in_order(list(counts)):
        people = sum(by_index[start] for start, by_index in counts[cohort].items())
        cohort_on = None if is_column(by) else first_day(int(cohort), by)
        for k in range(latest + 1):
            n, returned = _observed(counts[cohort], k, as_of, unit) if k else (people, people)
            share = share_of(returned, n, confidence) if k else _EVERYBODY
            if n == 0:
                share = Share(None, None, None, NOT_OVER)
            row = (cohort_name(cohort, by), cohort_on, k, people, n, returned if n else None, *share)
            for name, value in zip(_KINDS, row, strict=True):
                columns[name].append(value)
    return table_like(like, {name: (kind, columns[name]) for name, kind in _KINDS.items()})


def _observed(by_start: dict[int, dict[int, int]], k: int, as_of: date, unit: str) -> tuple[int, int]:
    over = [(start, by_index) for start, by_index in by_start.items() if last_day(start + k, unit) <= as_of]
    return sum(i[start] for start, i in over), sum(i.get(start + k, 0) for start, i in over)


_KINDS: Any = {
    "cohort": "text",
    "cohort_on": "day",
    "period": "whole",
    "people": "whole",
    "n": "whole",
    "returned": "whole",
    "share": "number",
    "low": "number",
    "high": "number",
    "share_reason": "text",
}
