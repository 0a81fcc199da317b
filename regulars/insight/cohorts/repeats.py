"""The second purchase: how many make it, and after how long."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.cohorts.firsts import bought_by, cohort_name, in_order, times_only, with_cohorts
from regulars.insight.cohorts.shares import share_of
from regulars.insight.frames import Frame, ordinal
from regulars.insight.tables import fetched, merged, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT


def times_to_second(orders: IntoFrameT, as_of: date, *, by: str | None = None) -> IntoFrameT:
    """Give each customer's time to the second buying day, or how long they have not had one.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    by : str, optional
        A period or a column, see `retention`.

    Returns
    -------
    frame
        One row a customer: ``customer``, ``days`` (from the first to the second buying day; to `as_of` where there is
        none yet), ``happened`` (true when there is one), ``known_days`` (from the first buying day to `as_of`), and
        with `by` ``cohort``: the column's label or the period's name. Fit for `kaplan_meier`, `median_times` and
        `log_rank`.

    Raises
    ------
    FrameError
        When `orders` breaks its contract or lacks the column.

    Examples
    --------
    >>> import polars as pl
    >>> days = [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 21), date(2026, 1, 11)]
    >>> orders = pl.DataFrame({"customer": [1, 1, 1, 2], "day": days, "amount": [5, 5, 5, 5]})
    >>> times_to_second(orders, date(2026, 1, 31)).sort("customer").rows()
    [(1, 20, True, 30), (2, 20, False, 20)]
    """
    native: IntoFrameT = times_only(_times(bought_by(orders, as_of, by), as_of, by), by).to_native()
    return native


def _times(bought: Frame, as_of: date, by: str | None) -> Frame:
    firsts = with_cohorts(bought, by)
    both = merged(bought, firsts.select("customer", "first_on"), ["customer"])
    later = both.filter(nw.col("day") > nw.col("first_on")).group_by("customer").agg(second_on=nw.col("day").min())
    seconds = later.select("customer", second=ordinal("second_on"))
    both = merged(firsts, seconds, ["customer"], "left")
    both = both.with_columns(
        happened=~nw.col("second").is_null(), known_days=nw.lit(as_of.toordinal()) - nw.col("first")
    )
    days = nw.when(nw.col("happened")).then(nw.col("second") - nw.col("first")).otherwise(nw.col("known_days"))
    return both.with_columns(days=days.cast(nw.Int64))


def repeat_rate(
    orders: IntoFrameT,
    as_of: date,
    *,
    within_days: int | None = None,
    by: str | None = None,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Say which share of customers bought on a second day.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    within_days : int, optional
        Count only customers whose first purchase is at least so many days old, and only second purchases within so
        many days: a fair comparison. Without it everybody and everything so far, which makes newcomers look bad.
    by : str, optional
        Split by a period or a column, see `retention`.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        One row a cohort: ``cohort`` (missing without `by`), ``n`` (customers who count), ``repeated``, ``share``,
        ``low``, ``high`` (Wilson), ``share_reason`` (``"too few people"``, n < 5, where the share is missing).

    Raises
    ------
    FrameError
        When `orders` breaks its contract or lacks the column.
    ValueError
        When `within_days` is less than 1.

    Examples
    --------
    >>> import polars as pl
    >>> days = [date(2026, 1, 1)] * 6 + [date(2026, 1, 8), date(2026, 3, 1), date(2026, 3, 25)]
    >>> orders = pl.DataFrame({"customer": [1, 2, 3, 4, 5, 6, 1, 2, 7], "day": days, "amount": [5] * 9})
    >>> repeat_rate(orders, date(2026, 3, 31)).select("n", "repeated", "share").row(0)[:2]
    (7, 2)
    >>> repeat_rate(orders, date(2026, 3, 31), within_days=30).select("n", "repeated").row(0)
    (6, 1)
    """
    if within_days is not None and within_days < 1:
        raise ValueError(f"{within_days} days is no time; give 1 or more")
    bought = bought_by(orders, as_of, by)
    times = _times(bought, as_of, by)
    if by is None:
        times = times.with_columns(cohort=nw.lit(0, nw.Int64))
    has_repeated = nw.col("happened")
    if within_days is not None:
        times = times.filter(nw.col("known_days") >= within_days)
        has_repeated = has_repeated & (nw.col("days") <= within_days)
    marked = times.with_columns(repeated=has_repeated.cast(nw.Int64))
    counted = fetched(marked.group_by("cohort").agg(n=nw.len(), repeated=nw.col("repeated").sum()))
    counts = {cohort: (int(n), int(repeated)) for cohort, n, repeated in counted}
    if by is None and not counts:
        counts = {0: (0, 0)}
    order = in_order(list(counts))
    shares = [share_of(counts[c][1], counts[c][0], confidence) for c in order]
    columns: Any = {
        "cohort": ("text", [cohort_name(c, by) for c in order]),
        "n": ("whole", [counts[c][0] for c in order]),
        "repeated": ("whole", [counts[c][1] for c in order]),
        "share": ("number", [s.value for s in shares]),
        "low": ("number", [s.low for s in shares]),
        "high": ("number", [s.high for s in shares]),
        "share_reason": ("text", [s.reason for s in shares]),
    }
    native: IntoFrameT = table_like(bought, columns).to_native()
    return native
