"""Churn without a contract: of those who bought last period, how many stayed away in this one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.cohorts.firsts import bought_by, cohort_name, in_order, with_cohorts
from regulars.insight.cohorts.periods import checked, first_day, index_of, last_day, name_of
from regulars.insight.cohorts.shares import share_of
from regulars.insight.frames import Frame
from regulars.insight.tables import fetched, merged, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT


def churn(
    orders: IntoFrameT, as_of: date, *, period: str = "quarter", by: str | None = None, confidence: float = 0.95
) -> IntoFrameT:
    """Say for each period which share of those who bought in the one before stayed away.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; a period that is not over by then is left out.
    period : str, default "quarter"
        ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``. Choose one in which a loyal customer would surely have
        come: a jeweller wants the year, a hairdresser the quarter.
    by : str, optional
        Split by cohort, see `retention`.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        One row for each cohort and period that is over and has one before it:

        * ``cohort`` (missing without `by`), ``period`` (``"2026-Q1"``), ``period_on`` (its first day)
        * ``n``: people who bought in the period before
        * ``stayed_away``: how many of them did not buy in this one
        * ``churn``, ``low``, ``high``: stayed_away / n with Wilson's interval
        * ``came_new``: people whose first purchase was in this period
        * ``came_back``: people who bought in this period, not in the one before, but earlier
        * ``churn_reason``: ``"too few people"`` (n < 5) where the churn is missing

    Raises
    ------
    FrameError
        When `orders` breaks its contract or lacks the column.
    ValueError
        When `period` is not one of the four.

    Notes
    -----
    Without a contract nobody gives notice. This is the definition that can be counted: it calls nobody lost for good
    (see ``came_back``), and it depends on the period, which must be said with the figure. For the chance that one
    person still is a customer use the lifetime models.

    Examples
    --------
    >>> import polars as pl
    >>> days = [date(2026, 1, 9)] * 5 + [date(2026, 2, 9)] * 3 + [date(2026, 3, 9)] * 2
    >>> orders = pl.DataFrame({"customer": [1, 2, 3, 4, 5, 1, 2, 6, 1, 5], "day": days, "amount": [9.0] * 10})
    >>> found = churn(orders, date(2026, 3, 31), period="month")
    >>> found.select("period", "n", "stayed_away", "churn", "came_new", "came_back").rows()
    [('2026-02', 5, 3, 0.6, 1, 0), ('2026-03', 3, 2, None, 0, 1)]
    """
    unit = checked(period)
    bought = bought_by(orders, as_of, by)
    seen: dict[Any, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for cohort, index, *counts in fetched(_counted(bought, by, unit)):
        seen[cohort][int(index)] = tuple(map(int, counts))
    columns: dict[str, list[Any]] = {name: [] for name in _KINDS}
    for cohort in in_order(list(seen)):
        for row in _periods(seen[cohort], as_of, unit, confidence):
            for name, value in zip(_KINDS, (cohort_name(cohort, by), *row), strict=True):
                columns[name].append(value)
    made: IntoFrameT = table_like(bought, {name: (kind, columns[name]) for name, kind in _KINDS.items()}).to_native()
    return made


def _counted(bought: Frame, by: str | None, unit: str) -> Frame:
    """Count, by cohort and period, who came, came in the period before too, and came for the first time."""
    came = bought.select("customer", index=index_of("day", unit)).group_by("customer", "index").agg(visits=nw.len())
    came = _with_index_before(came.select("customer", "index"))
    if by is None:
        came = came.with_columns(cohort=nw.lit(0, nw.Int64))
    else:
        came = merged(came, with_cohorts(bought, by).select("customer", "cohort"), ["customer"])
    is_next = (nw.col("index") - nw.col("before") == 1).fill_null(False)
    marked = came.with_columns(again=is_next.cast(nw.Int64), new=nw.col("before").is_null().cast(nw.Int64))
    return marked.group_by("cohort", "index").agg(people=nw.len(), again=nw.col("again").sum(), new=nw.col("new").sum())


def _with_index_before(came: Frame) -> Frame:
    before = nw.col("index").shift(1)
    if isinstance(came, nw.LazyFrame):
        return came.with_columns(before=before.over("customer", order_by="index"))
    ordered = came.sort("customer", "index")
    is_same = (nw.col("customer") == nw.col("customer").shift(1)).fill_null(False)
    return ordered.with_columns(before=nw.when(is_same).then(before))


def _periods(seen: dict[int, tuple[int, ...]], as_of: date, unit: str, confidence: float) -> list[tuple[Any, ...]]:
    found = []
    for index in range(min(seen) + 1, max(seen) + 2):
        if last_day(index, unit) > as_of:
            break
        n = seen.get(index - 1, (0, 0, 0))[0]
        people, again, new = seen.get(index, (0, 0, 0))
        share = share_of(n - again, n, confidence)
        counts = (n, n - again, *share[:3], new, people - again - new)
        found.append((name_of(index, unit), first_day(index, unit), *counts, share.reason))
    return found


_KINDS: Any = {
    "cohort": "text",
    "period": "text",
    "period_on": "day",
    "n": "whole",
    "stayed_away": "whole",
    "churn": "number",
    "low": "number",
    "high": "number",
    "came_new": "whole",
    "came_back": "whole",
    "churn_reason": "text",
}
