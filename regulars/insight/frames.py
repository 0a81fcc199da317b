"""What differs between engines, kept in one place, so that a measure is written once.

The lazy engines (DuckDB, PySpark, lazy Polars) never see a window over everything: only windows within one
customer, grouped counts, and results of a few thousand rows at most fetched back.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, TypeAlias

import narwhals as nw

from regulars.insight.errors import FrameError

Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]


def opened(frame: Any) -> Frame:
    """Open a pandas, Polars, PyArrow, DuckDB or PySpark frame (or one already open)."""
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return frame
    opened_frame: Frame = nw.from_native(frame)
    return opened_frame


def rows(frame: Frame) -> list[tuple[Any, ...]]:
    """Fetch a small frame as tuples, without needing PyArrow for the engines that have their own way."""
    if isinstance(frame, nw.DataFrame):
        return list(frame.iter_rows())
    native = frame.to_native()
    if nw.dependencies.is_duckdb_relation(native):
        return list(native.fetchall())
    if nw.dependencies.is_pyspark_dataframe(native) or nw.dependencies.is_pyspark_connect_dataframe(native):
        return [tuple(row) for row in native.collect()]
    return list(frame.collect().iter_rows())


def need(frame: Frame, *columns: str) -> nw.Schema:
    """Return the schema, or refuse a frame that lacks one of the columns."""
    schema = frame.collect_schema()
    for column in columns:
        if column not in schema:
            raise FrameError(column, f"is missing; the frame has {', '.join(schema) or 'no columns'}")
    return schema


def refuse_where(frame: Frame, faults: dict[tuple[str, str], nw.Expr], show: tuple[str, ...]) -> None:
    """Raise for the first row that has one of the faults; one pass over the frame when there are none.

    `faults` maps (column, problem) to a condition that is true where the row is at fault.
    """
    names = [f"fault_{number}" for number in range(len(faults))]
    counts = rows(frame.select(**{n: c.cast(nw.Int64).sum() for n, c in zip(names, faults.values(), strict=True)}))
    for ((column, problem), condition), count in zip(faults.items(), counts[0] if counts else (), strict=False):
        if count:
            raise FrameError(column, problem, _first_place(frame, condition, show))


def _first_place(frame: Frame, condition: nw.Expr, show: tuple[str, ...]) -> str:
    if isinstance(frame, nw.DataFrame):
        numbered = frame.with_row_index("row_number_").filter(condition).select("row_number_").head(1)
        return f"row {int(rows(numbered)[0][0]) + 1}"
    found = rows(frame.filter(condition).select(*show).head(1))[0]
    return "the row with " + ", ".join(f"{name} {value}" for name, value in zip(show, found, strict=True))


def with_days(frame: Frame, column: str) -> Frame:
    """Turn a date or timestamp column into days.

    A timestamp with a zone counts for the day it was there. Classic pandas has no date type: its days are
    timestamps at midnight.
    """
    kind = need(frame, column)[column]
    if isinstance(kind, nw.Date):
        return frame
    day = nw.col(column)
    if is_untyped(frame, kind):
        day, kind = day.cast(nw.Datetime("us")), nw.Datetime("us")
    if not isinstance(kind, nw.Datetime):
        raise FrameError(column, f"holds {kind}; give dates or timestamps")
    if kind.time_zone is not None:
        day = day.dt.replace_time_zone(None)
    try:
        if frame.implementation.is_pandas_like():
            return frame.with_columns(day.dt.truncate("1d").alias(column))
        return frame.with_columns(day.cast(nw.Date).alias(column))
    except (TypeError, ValueError) as fault:
        raise FrameError(column, "holds something that is not a day") from fault


def is_untyped(frame: Frame, kind: nw.dtypes.DType) -> bool:
    """Say whether a column is of classic pandas' any-object kind, or of no kind yet because the frame is empty."""
    return isinstance(kind, nw.Object) or (isinstance(frame, nw.DataFrame) and len(frame) == 0)


def on_or_before(frame: Frame, column: str, as_of: date) -> nw.Expr:
    """Say which rows of a day column are not later than `as_of` (a missing day is not)."""
    return nw.col(column) <= day_literal(frame, column, as_of)


def day_literal(frame: Frame, column: str, day: date) -> nw.Expr:
    """Give `day` in the type of the column it is compared with."""
    is_date = isinstance(frame.collect_schema()[column], nw.Date)
    return nw.lit(day if is_date else datetime.combine(day, time.min))


def ordinal(column: str) -> nw.Expr:
    """Count days since 1 January of year 1, as `date.toordinal` does, in arithmetic that every engine has."""
    years = nw.col(column).dt.year().cast(nw.Int64) - 1
    leap_days = years // 4 - years // 100 + years // 400
    return years * 365 + leap_days + nw.col(column).dt.ordinal_day().cast(nw.Int64)


def plus_days(frame: Frame, column: str, days: str, name: str) -> Frame:
    """Add a column of whole days to a column of dates; missing where either is."""
    if isinstance(frame, nw.LazyFrame) and not frame.implementation.is_polars():
        return frame.with_columns((nw.col(column) + nw.col(days).cast(nw.Int32)).alias(name))
    kind, known = frame.collect_schema()[column], ~nw.col(days).is_null()
    milliseconds = nw.col(days).fill_null(0).cast(nw.Int64) * 86_400_000
    moment = (nw.col(column).cast(nw.Datetime("ms")).cast(nw.Int64) + milliseconds).cast(nw.Datetime("ms"))
    return frame.with_columns(nw.when(known).then(moment.cast(kind)).alias(name))


def with_nullable(frame: Frame, *columns: str) -> Frame:
    """Give columns of numbers that may be missing a dtype that can say so: classic pandas would write NaN."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native()
    kinds = {c: "Float64" if str(native[c].dtype).startswith("float") else "Int64" for c in columns}
    return opened(native.astype({c: kind for c, kind in kinds.items() if not _can_be_missing(native[c].dtype)}))


def _can_be_missing(dtype: Any) -> bool:
    return hasattr(dtype, "na_value") and dtype.na_value is not None


def joined(left: Any, right: Any, left_on: str, right_on: str) -> Frame:
    """Join two frames of the same kind, keeping everybody in either."""
    both: Frame = left.join(right, left_on=left_on, right_on=right_on, how="full")
    return both
