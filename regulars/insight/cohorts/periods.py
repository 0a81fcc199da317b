"""Weeks, months, quarters and years as whole numbers that every engine can count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, TypeAlias, get_args

import narwhals as nw

from regulars.insight.frames import Frame, ordinal, plus_days

Period: TypeAlias = Literal["week", "month", "quarter", "year"]
PERIODS: tuple[str, ...] = get_args(Period)


def index_of(column: str, period: str) -> nw.Expr:
    """Number the period that a day is in; the next period has the next number."""
    if period == "week":  # 1 January of year 1 was a Monday
        return (ordinal(column) - 1) // 7
    year, month = (nw.col(column).dt.year().cast(nw.Int64), nw.col(column).dt.month().cast(nw.Int64) - 1)
    return {"month": year * 12 + month, "quarter": year * 4 + month // 3, "year": year}[period]


def with_name(frame: Frame, column: str, period: str, name: str) -> Frame:
    """Add the name of the period that a day is in, as `name_of` does, reckoned by the engine."""
    number = index_of(column, period)
    if period == "year":
        return frame.with_columns(number.cast(nw.String).alias(name))
    if period == "quarter":
        return frame.with_columns(_joined(number // 4, "-Q", number - number // 4 * 4 + 1, pads=False).alias(name))
    if period == "month":
        return frame.with_columns(_joined(number // 12, "-", number - number // 12 * 12 + 1).alias(name))
    frame = frame.with_columns(ahead_=number * 7 + 4 - ordinal(column))  # an ISO week is of the year of its Thursday
    frame = plus_days(frame, column, "ahead_", "thursday_")
    year = nw.col("thursday_").dt.year().cast(nw.Int64)
    week = (nw.col("thursday_").dt.ordinal_day().cast(nw.Int64) - 1) // 7 + 1
    return frame.with_columns(_joined(year, "-W", week).alias(name)).drop("ahead_", "thursday_")


def _joined(year: nw.Expr, sign: str, part: nw.Expr, pads: bool = True) -> nw.Expr:
    text = part.cast(nw.String)
    padded = nw.when(part < 10).then(nw.concat_str(nw.lit("0"), text)).otherwise(text) if pads else text
    return nw.concat_str(year.cast(nw.String), nw.lit(sign), padded)


def first_day(index: int, period: str) -> date:
    """Give the first day of a period.

    Examples
    --------
    >>> first_day(2026 * 12 + 1, "month"), first_day(2026 * 4 + 3, "quarter")
    (datetime.date(2026, 2, 1), datetime.date(2026, 10, 1))
    """
    if period == "week":
        return date.fromordinal(index * 7 + 1)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    year, month = divmod(index * months, 12)
    return date(year, month + 1, 1)


def last_day(index: int, period: str) -> date:
    """Give the last day of a period."""
    return first_day(index + 1, period) - timedelta(days=1)


def name_of(index: int, period: str) -> str:
    """Name a period: 2026-W05, 2026-01, 2026-Q1, 2026.

    Examples
    --------
    >>> name_of(2026 * 12, "month"), name_of(2026 * 4, "quarter"), name_of(2026, "year")
    ('2026-01', '2026-Q1', '2026')
    """
    start = first_day(index, period)
    if period == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    if period == "quarter":
        return f"{start.year}-Q{start.month // 3 + 1}"
    return f"{start.year}-{start.month:02}" if period == "month" else str(start.year)


def checked(period: str) -> str:
    """Refuse a period that is none of ours."""
    if period not in PERIODS:
        raise ValueError(f"{period!r} is not a period; give one of {', '.join(PERIODS)}")
    return period
