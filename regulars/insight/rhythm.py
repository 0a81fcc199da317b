"""Each customer's own rhythm, and when they slip from it."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw

from regulars.insight.frames import Frame, opened, ordinal, plus_days, with_days, with_nullable
from regulars.insight.summary import summary

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_BUYING_DAYS = 3
SILENT_AT_LEAST_DAYS = 14
TIMES_THE_USUAL_GAP = 2


def slips_after_days(median_gap_days: float) -> int:
    """Say after how many silent days a person with this usual gap has slipped.

    Parameters
    ----------
    median_gap_days : float
        Median of the gaps between buying days, in days.

    Returns
    -------
    int
        The first whole number of days that is more than twice the usual gap and at least 14.

    Examples
    --------
    >>> slips_after_days(41), slips_after_days(3.5), slips_after_days(7)
    (83, 14, 15)
    """
    return max(SILENT_AT_LEAST_DAYS, math.floor(TIMES_THE_USUAL_GAP * median_gap_days) + 1)


def slipping_since(last_on: date, median_gap_days: float | None, buying_days: int) -> date | None:
    """Say on which day a person slips, if they stay silent until then.

    Parameters
    ----------
    last_on : date
        Last buying day.
    median_gap_days : float or None
        Median of the gaps between buying days, in days.
    buying_days : int
        Distinct buying days.

    Returns
    -------
    date or None
        The first day on which they are silent for more than twice their usual gap and at least 14 days; None with
        fewer than three buying days: that is no rhythm yet.

    Examples
    --------
    >>> slipping_since(date(2026, 8, 18), 41, 37)
    datetime.date(2026, 11, 9)
    >>> slipping_since(date(2026, 8, 18), 41, 2) is None
    True
    """
    if buying_days < MINIMUM_BUYING_DAYS or median_gap_days is None:
        return None
    return last_on + timedelta(days=slips_after_days(median_gap_days))


def rhythm(orders: IntoFrameT, as_of: date) -> IntoFrameT:
    """Compare each customer's silence with their own usual gap.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`.
    as_of : date
        The last day that counts; later orders are ignored.

    Returns
    -------
    frame
        One row a customer: ``customer``, ``buying_days``, ``last_on``, ``median_gap_days`` (missing with one buying
        day), ``silent_days`` (as_of - last_on), ``is_slipping``, ``slips_on`` (the first day on which they slip if
        silent until then; missing with fewer than three buying days).

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Notes
    -----
    Slipping: at least three buying days, silent for more than twice the median gap and at least 14 days. A rule of
    thumb, not a probability: it needs no model and a person can check it with a calendar.

    Examples
    --------
    >>> import polars as pl
    >>> days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)]
    >>> orders = pl.DataFrame({"customer": ["Bo"] * 3, "day": days, "amount": [9, 9, 9]})
    >>> rhythm(orders, date(2026, 2, 11)).row(0, named=True)["slips_on"]
    datetime.date(2026, 2, 11)
    >>> rhythm(orders, date(2026, 2, 11))["is_slipping"][0], rhythm(orders, date(2026, 2, 10))["is_slipping"][0]
    (True, False)
    """
    frame = _slipping(opened(summary(orders, as_of))).with_columns(
        buying_days=nw.col("frequency"), silent_days=nw.lit(as_of.toordinal()) - ordinal("last_on")
    )
    is_slipping = (nw.col("silent_days") >= nw.col("slips_after_days")).fill_null(False)
    columns = ("customer", "buying_days", "last_on", "median_gap_days", "silent_days")
    native: IntoFrameT = frame.select(*columns, is_slipping.alias("is_slipping"), "slips_on").to_native()
    return native


def with_slipping_day(facts: IntoFrameT) -> IntoFrameT:
    """Add to what `summary` returns the day on which each customer slips.

    Parameters
    ----------
    facts : frame
        What `summary` returns: ``last_on``, ``frequency`` and ``median_gap_days`` are read, all columns pass through.

    Returns
    -------
    frame
        `facts` with ``slips_after_days`` and ``slips_on``, both missing with fewer than three buying days.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"last_on": [date(2026, 1, 21)], "frequency": [3], "median_gap_days": [10.0]})
    >>> with_slipping_day(facts).row(0, named=True)["slips_on"]
    datetime.date(2026, 2, 11)
    """
    native: IntoFrameT = with_nullable(_slipping(with_days(opened(facts), "last_on")), "slips_after_days").to_native()
    return native


def _slipping(frame: Frame) -> Frame:
    twice = nw.col("median_gap_days") * TIMES_THE_USUAL_GAP
    first_day = twice.round(0) + 1  # a median of whole days doubles to a whole number
    limit = nw.when(first_day > SILENT_AT_LEAST_DAYS).then(first_day).otherwise(nw.lit(float(SILENT_AT_LEAST_DAYS)))
    has_rhythm = (nw.col("frequency") >= MINIMUM_BUYING_DAYS) & ~nw.col("median_gap_days").is_null()
    frame = frame.with_columns(slips_after_days=nw.when(has_rhythm).then(limit))
    return plus_days(frame, "last_on", "slips_after_days", "slips_on")
