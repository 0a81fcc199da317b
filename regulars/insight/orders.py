"""The orders contract: what a frame of orders must hold, and which of its rows are purchases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw

from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, is_untyped, need, on_or_before, opened, refuse_where, with_days


def purchases(orders: Any, as_of: date, also: Sequence[str] = ()) -> Frame:
    """Keep the orders that count as purchases on a given day.

    Parameters
    ----------
    orders : frame
        One row an order, in any order of rows, with the columns

        * ``customer``: any value that can be compared, never missing;
        * ``day``: date or timestamp (its own wall-clock day counts), never missing;
        * ``amount``: what was paid before refunds, >= 0: Decimal or float in the business currency, or integer
          minor units (cents). Classic pandas has no decimal type: Decimals in it are read as floats;
        * ``refund`` (optional): what was given back, >= 0, in the same unit; missing is 0;
        * ``refunded_on`` (optional): when; a refund later than `as_of` has not happened yet;
        * ``cancelled`` (optional): true where the order was called off.
    as_of : date
        The last day that counts.
    also : sequence of str, optional
        Other columns to keep as they are: ``product``, ``channel``.

    Returns
    -------
    frame
        ``customer``, ``day``, ``net`` (amount less refund) and the columns asked for.
        Later orders, cancelled orders and orders that were
        wholly refunded are gone; an order that cost nothing stays.

    Raises
    ------
    FrameError
        Naming the column and the row: a missing column or value, a negative amount or refund, days or amounts that
        are neither.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": ["Ann", "Ann", "Bo"],
    ...         "day": [date(2026, 1, 5), date(2026, 3, 1), date(2026, 1, 9)],
    ...         "amount": [20.0, 30.0, 8.0],
    ...         "refund": [5.0, 0.0, 8.0],
    ...     }
    ... )
    >>> purchases(orders, date(2026, 2, 1)).rows()
    [('Ann', datetime.date(2026, 1, 5), 15.0)]
    """
    frame = opened(orders)
    schema = need(frame, "customer", "day", "amount", *also)
    given = [c for c in ("refund", "refunded_on", "cancelled") if c in schema]
    frame = with_days(frame.select("customer", "day", "amount", *given, *also), "day")
    frame = _checked(frame, [c for c in ("amount", "refund") if c in schema])
    if "cancelled" in given:
        frame = frame.filter(~nw.col("cancelled").fill_null(False))
    frame = frame.filter(on_or_before(frame, "day", as_of))
    if "refund" in given:
        return _less_refunds(frame, as_of, "refunded_on" in given, also)
    return frame.select("customer", "day", *also, net=nw.col("amount"))


def _less_refunds(frame: Frame, as_of: date, is_dated: bool, also: Sequence[str]) -> Frame:
    refund = nw.col("refund")
    counts = ~refund.is_null() & (refund > 0)
    if is_dated:
        frame = with_days(frame, "refunded_on")
        counts = counts & (nw.col("refunded_on").is_null() | on_or_before(frame, "refunded_on", as_of))
    is_whole = counts & (refund >= nw.col("amount"))
    net = nw.when(counts).then(nw.col("amount") - refund).otherwise(nw.col("amount"))
    return frame.filter(~is_whole).select("customer", "day", *also, net=net)


def _checked(frame: Frame, money: list[str]) -> Frame:
    faults = {(column, "is empty"): nw.col(column).is_null() for column in ("customer", "day", "amount")}
    for column in money:
        frame = _with_numbers(frame, column)
        if frame.collect_schema()[column].is_float():
            faults[column, "is not a number"] = ~nw.col(column).is_finite() & ~nw.col(column).is_null()
        hint = "is negative; put what was given back in the refund column" if column == "amount" else "is negative"
        faults[column, hint] = (nw.col(column) < 0).fill_null(False)
    refuse_where(frame, faults, ("customer", "day"))
    return frame


def _with_numbers(frame: Frame, column: str) -> Frame:
    kind = frame.collect_schema()[column]
    if kind.is_numeric():
        return frame
    try:
        if is_untyped(frame, kind):
            return frame.with_columns(nw.col(column).cast(nw.Float64))
    except (TypeError, ValueError) as fault:
        raise FrameError(column, "holds something that is not a number") from fault
    raise FrameError(column, f"holds {kind}; give Decimal, float or integer minor units")
