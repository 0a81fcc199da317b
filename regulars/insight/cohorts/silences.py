"""How long somebody stays: the time until the first silence that is too long."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw

from regulars.insight.cohorts.firsts import bought_by, times_only, with_cohorts
from regulars.insight.frames import ordinal
from regulars.insight.summary import with_gaps
from regulars.insight.tables import merged

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT


def times_until_quiet(orders: IntoFrameT, as_of: date, *, quiet_days: int = 182, by: str | None = None) -> IntoFrameT:
    """Give each customer's time from the first purchase until they first fell silent for too long.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    quiet_days : int, default 182
        A silence of more than so many days is too long. Take about twice the usual gap of the trade.
    by : str, optional
        A period or a column, see `retention`.

    Returns
    -------
    frame
        One row a customer: ``customer``, ``days`` (from the first buying day to the day on which a silence first was
        longer than `quiet_days`; to `as_of` where there was none yet), ``happened``, ``known_days``, and with `by`
        ``cohort``, as in `times_to_second`.

    Raises
    ------
    FrameError
        When `orders` breaks its contract or lacks the column.
    ValueError
        When `quiet_days` is less than 1.

    Notes
    -----
    The event is dated to the day on which it could be known, not to the last purchase, and a later return does not
    undo it. So nothing after a day bears on what is said of that day, and censoring at `as_of` tells nothing about
    who would leave: what Kaplan and Meier ask for. Dated to the last purchase, the last `quiet_days` before `as_of`
    would hold no event at all and the curve would flatter. The curve is 1 until day `quiet_days` + 1 by construction.

    Examples
    --------
    >>> import polars as pl
    >>> days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 3, 20), date(2026, 3, 1)]
    >>> orders = pl.DataFrame({"customer": [1, 1, 1, 2], "day": days, "amount": [5, 5, 5, 5]})
    >>> times_until_quiet(orders, date(2026, 3, 31), quiet_days=30).sort("customer").rows()
    [(1, 41, True, 89), (2, 30, False, 30)]
    """
    if quiet_days < 1:
        raise ValueError(f"{quiet_days} days is no silence; give 1 or more")
    bought = bought_by(orders, as_of, by)
    steps = with_gaps(bought.select("customer", "day", "label") if "label" in bought.collect_schema() else bought)
    number = ordinal("day")
    break_after = nw.when(nw.col("gap_days") > quiet_days).then(number - nw.col("gap_days"))
    marked = steps.with_columns(break_after=break_after, number=number)
    lasts = marked.group_by("customer").agg(broke=nw.col("break_after").min(), last=nw.col("number").max())
    both = merged(with_cohorts(bought, by), lasts, ["customer"])
    today = as_of.toordinal()
    is_quiet_now = today - nw.col("last") > quiet_days
    broke = nw.coalesce(nw.col("broke"), nw.when(is_quiet_now).then(nw.col("last")))
    both = both.with_columns(broke=broke, known_days=nw.lit(today) - nw.col("first"))
    both = both.with_columns(happened=~nw.col("broke").is_null())
    until = nw.col("broke") + (quiet_days + 1) - nw.col("first")
    days = nw.when(nw.col("happened")).then(until).otherwise(nw.col("known_days"))
    native: IntoFrameT = times_only(both.with_columns(days=days.cast(nw.Int64)), by).to_native()
    return native
