"""The facts on each customer that every other measure starts from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.frames import Frame, day_literal, ordinal, with_nullable
from regulars.insight.orders import purchases

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT


def summary(orders: IntoFrameT, as_of: date, *, monetary_since: date | None = None) -> IntoFrameT:
    """Sum up each customer's orders until a given day.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.
    monetary_since : date, optional
        Count money only from this day on (all time without it). Days are always counted over all time.

    Returns
    -------
    frame
        One row for each customer with a purchase, in no particular order, of the same kind as `orders`:

        * ``customer``
        * ``frequency``: distinct buying days, the first included (days, >= 1)
        * ``x``: frequency - 1, the repeat days of the lifetime models
        * ``first_on``, ``last_on``: first and last buying day
        * ``monetary``: net paid, in the unit of ``amount``
        * ``median_gap_days``: median of the gaps between one buying day and the next; missing with one buying day
        * ``t_x_days``: last_on - first_on
        * ``T_days``: as_of - first_on
        * ``log_gaps_sum``: sum of the natural logarithms of the gaps between buying days, in days; 0.0 with one
        * ``spend_mean``: net paid per repeat buying day (the first is left out) over all time, as a float in the
          unit of ``amount``; missing with one buying day

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Notes
    -----
    The counting unit is the buying day: two baskets on one day are one visit. x, t_x and T are those of Fader,
    Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2), 275-284, in days. The first
    day is left out of ``spend_mean`` as in Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value", and the
    logarithms are what a model with regular gaps needs: Platzer and Reutterer (2016), "Ticking Away the Moments",
    Marketing Science 35(5), 779-799.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": [7, 7, 7, 7],
    ...         "day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 11), date(2026, 2, 20)],
    ...         "amount": [10.0, 5.0, 20.0, 7.5],
    ...     }
    ... )
    >>> summary(orders, date(2026, 3, 1)).to_dicts()[0]["frequency"]
    3
    >>> row = summary(orders, date(2026, 3, 1)).row(0, named=True)
    >>> row["monetary"], row["median_gap_days"], row["t_x_days"], row["T_days"]
    (42.5, 25.0, 50, 59)
    >>> round(row["log_gaps_sum"], 4), row["spend_mean"]  # ln 10 + ln 40; (20 + 7.5) / 2
    (5.9915, 13.75)
    """
    steps = _with_repeats(with_gaps(purchases(orders, as_of)))
    if monetary_since is not None:
        is_counted = nw.col("day") >= day_literal(steps, "day", monetary_since)
        steps = steps.with_columns(net=nw.col("net") * is_counted.cast(nw.Int64))
    totals = [
        nw.col("is_new_day").sum().alias("frequency"),
        nw.col("day").min().alias("first_on"),
        nw.col("day").max().alias("last_on"),
        nw.col("net").sum().alias("monetary"),
        nw.col("log_gap").sum().alias("log_gaps_sum"),
        nw.col("repeat_net").sum().alias("repeat_net"),
    ]
    native: IntoFrameT = _finished(_grouped(steps, totals), as_of).to_native()
    return native


def with_gaps(frame: Frame) -> Frame:
    """Add to purchases ``gap_days`` since the buying day before (missing within a day), ``is_new_day`` (0 or 1) and
    ``first_day`` of the customer."""
    frame = _with_days_before(frame)
    is_same_day = (nw.col("gap_days") == 0).fill_null(False)
    return frame.with_columns(
        gap_days=nw.when(nw.col("gap_days") > 0).then(nw.col("gap_days")),
        is_new_day=(~is_same_day).cast(nw.Int64),
    )


def _with_repeats(steps: Frame) -> Frame:
    """Add what each row gives to the sum of logarithms, and what was paid on it unless it is of the first day."""
    later = nw.when(nw.col("day") > nw.col("first_day")).then(nw.col("net").cast(nw.Float64)).otherwise(nw.lit(0.0))
    return steps.with_columns(log_gap=nw.col("gap_days").cast(nw.Float64).log(), repeat_net=later)


def _with_days_before(frame: Frame) -> Frame:
    """Add ``gap_days`` to the row before and ``first_day``: in one window, so that an engine sorts once."""
    if isinstance(frame, nw.LazyFrame):
        first = nw.col("day").min().over("customer")
        if frame.implementation.is_duckdb():  # subtracts days by itself
            before = nw.col("day").shift(1).over("customer", order_by="day")
            return frame.with_columns(gap_days=(nw.col("day") - before).cast(nw.Int64), first_day=first)
        before = nw.col("day").shift(1).over("customer", order_by="day")
        frame = frame.with_columns(day_before=before, first_day=first)
        return frame.with_columns(gap_days=ordinal("day") - ordinal("day_before")).drop("day_before")
    frame = frame.with_columns(ordinal_day=ordinal("day"), first_day=nw.col("day").min().over("customer"))
    before = nw.col("ordinal_day").shift(1)
    frame = frame.sort("customer", "ordinal_day")
    is_same = (nw.col("customer") == nw.col("customer").shift(1)).fill_null(False)
    return frame.with_columns(gap_days=nw.when(is_same).then(nw.col("ordinal_day") - before))


def _grouped(steps: Frame, totals: list[nw.Expr]) -> Frame:
    if isinstance(steps, nw.LazyFrame):
        median = nw.col("gap_days").cast(nw.Float64).median().alias("median_gap_days")
        return steps.group_by("customer").agg(*totals, median)
    return steps.group_by("customer").agg(*totals).join(_median_gaps(steps), on="customer", how="left")


def _median_gaps(steps: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """Take medians by position after one sort: exact, and works where an engine has no grouped median."""
    gaps = steps.filter(~nw.col("gap_days").is_null()).select("customer", nw.col("gap_days").cast(nw.Int64))
    placed = gaps.sort("customer", "gap_days").with_row_index("place").with_columns(nw.col("place").cast(nw.Int64))
    span = placed.group_by("customer").agg(first=nw.col("place").min(), n=nw.len())
    span = span.with_columns(nw.col("n").cast(nw.Int64))
    low = span.select("customer", place=nw.col("first") + (nw.col("n") - 1) // 2)
    high = span.select("customer", place=nw.col("first") + nw.col("n") // 2)
    values = placed.select("place", nw.col("gap_days").cast(nw.Float64))
    both = nw.concat([low.join(values, on="place"), high.join(values, on="place")])
    return both.group_by("customer").agg(median_gap_days=nw.col("gap_days").mean())


def _finished(frame: Frame, as_of: date) -> Frame:
    last_day = as_of.toordinal()
    dated = frame.with_columns(x=nw.col("frequency") - 1, first=ordinal("first_on"), last=ordinal("last_on"))
    finished = dated.select(
        "customer",
        "frequency",
        "x",
        "first_on",
        "last_on",
        "monetary",
        "median_gap_days",
        t_x_days=nw.col("last") - nw.col("first"),
        T_days=nw.lit(last_day) - nw.col("first"),
        log_gaps_sum=nw.col("log_gaps_sum").fill_null(0.0),
        spend_mean=nw.when(nw.col("x") > 0).then(nw.col("repeat_net") / nw.col("x")),
    )
    return with_nullable(finished, "median_gap_days", "spend_mean")
