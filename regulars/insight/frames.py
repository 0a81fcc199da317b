"""What differs between engines, kept in one place, so that a measure is written once.

The lazy engines (DuckDB, PySpark, lazy Polars) never see a window over everything: only windows within one
customer, grouped counts, and results of a few thousand rows at most fetched back.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

import narwhals as nw

from regulars.insight.errors import FrameError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

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


def in_memory(frame: Frame) -> TypeIs[nw.DataFrame[Any]]:
    """Say whether rows are at hand, in an order, and windows over them need numpy."""
    return isinstance(frame, nw.DataFrame)


def gathered(frame: Frame) -> Frame:
    """Compute a lazy Polars frame, which lives on this machine anyway; leave what may be larger than it as a plan."""
    if isinstance(frame, nw.LazyFrame) and frame.implementation.is_polars():
        return frame.collect()
    return frame


def kept(frame: Frame) -> Frame:
    """Compute a plan once that is read several times: a temporary table in DuckDB, a checkpoint in Spark."""
    if isinstance(frame, nw.DataFrame):
        return frame
    native = frame.to_native()
    if nw.dependencies.is_duckdb_relation(native):
        name = f"kept_{uuid4().hex}"
        native.query(f"{name}_plan", f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_plan")  # noqa: S608  # our name
        return opened(native.query(f"{name}_plan", f"SELECT * FROM {name}"))  # noqa: S608  # our name
    if nw.dependencies.is_pyspark_dataframe(native):
        return opened(native.localCheckpoint())
    return gathered(frame).lazy() if frame.implementation.is_polars() else frame


def with_array(frame: nw.DataFrame[Any], name: str, values: Any) -> nw.DataFrame[Any]:
    """Add an array of numpy as a column, row by row whatever index the frame has."""
    frame = nw.maybe_reset_index(frame)
    return frame.with_columns(nw.new_series(name, values, backend=frame.implementation))


def need(frame: Frame, *columns: str) -> nw.Schema:
    """Return the schema, or refuse a frame that lacks one of the columns."""
    schema = frame.collect_schema()
    for column in columns:
        if column not in schema:
            raise FrameError(column, f"is missing; the frame has {', '.join(schema) or 'no columns'}")
    return schema


def refuse_where(
    frame: Frame,
    faults: dict[tuple[str, str], nw.Expr],
    show: tuple[str, ...],
    also: dict[str, nw.Expr] | None = None,
) -> dict[str, int]:
    """Raise for the first row that has one of the faults; one pass over the frame when there are none.

    `faults` maps (column, problem) to a condition that is true where the row is at fault. The rows for which the
    conditions of `also` are true are counted in the same pass and returned.
    """
    asked = [*faults.values(), *(also or {}).values()]
    wanted = {f"asked_{number}": condition.cast(nw.Int64).sum() for number, condition in enumerate(asked)}
    found = rows(frame.select(**wanted)) if wanted else []
    counts = [int(count or 0) for count in found[0]] if found else [0] * len(asked)
    for ((column, problem), condition), count in zip(faults.items(), counts, strict=False):
        if count:
            raise FrameError(column, problem, _first_place(frame, condition, show))
    return dict(zip(also or {}, counts[len(faults) :], strict=True))


def _first_place(frame: Frame, condition: nw.Expr, show: tuple[str, ...]) -> str:
    if isinstance(frame, nw.DataFrame):
        numbered = frame.with_row_index("row_number_").filter(condition).select("row_number_").head(1)
        return f"row {int(rows(numbered)[0][0]) + 1}"
    found = rows(frame.filter(condition).select(*show).head(1))[0]
    return "the row with " + ", ".join(f"{name} {value}" for name, value in zip(show, found, strict=True))


def with_a_type(frame: Frame, column: str) -> Frame:
    """Let a column of PyArrow that has no type, as nothing is in it, be text: it could not be joined on."""
    if frame.implementation.is_pyarrow() and isinstance(frame.collect_schema()[column], nw.Unknown):
        return frame.with_columns(nw.col(column).cast(nw.String))
    return frame


def with_days(frame: Frame, column: str) -> Frame:
    """Turn a date or timestamp column into days.

    A timestamp with a zone counts for the day it was there. Classic pandas has no date type: its days are
    timestamps at midnight.
    """
    kind = need(frame, column)[column]
    if isinstance(kind, nw.Date):
        return frame
    day = nw.col(column)
    if isinstance(frame, nw.DataFrame) and isinstance(kind, nw.Object):
        frame = _as_it_was_there(frame, column)
    if is_untyped(frame, kind) and not isinstance(kind, nw.Datetime):
        day, kind = day.cast(nw.Datetime("us")), nw.Datetime("us")
    if not isinstance(kind, nw.Datetime):
        raise wrong_kind(frame, column, kind, "give dates or timestamps")
    if kind.time_zone is not None:
        day = day.dt.replace_time_zone(None)
    try:
        if frame.implementation.is_pandas_like():
            return frame.with_columns(day.dt.truncate("1d").alias(column))
        return frame.with_columns(day.cast(nw.Date).alias(column))
    except (TypeError, ValueError) as fault:
        row = first_row_not(frame, column, (date, datetime))
        raise FrameError(column, "holds something that is not a day", row) from fault


def _as_it_was_there(frame: nw.DataFrame[Any], column: str) -> nw.DataFrame[Any]:
    """Take the zones off moments of several zones, which classic pandas keeps as any objects."""
    values = frame[column].to_list()
    if not any(isinstance(value, datetime) and value.tzinfo for value in values):
        return frame
    there = [
        value.replace(tzinfo=None) if isinstance(value, datetime) and value == value else value for value in values
    ]
    return frame.with_columns(nw.new_series(column, there, nw.Object, backend=frame.implementation).alias(column))


def is_untyped(frame: Frame, kind: nw.dtypes.DType) -> bool:
    """Say whether a column is of classic pandas' any-object kind, or of no kind because nothing is in it."""
    return isinstance(kind, (nw.Object, nw.Unknown)) or (isinstance(frame, nw.DataFrame) and len(frame) == 0)


def wrong_kind(frame: Frame, column: str, kind: nw.dtypes.DType, remedy: str) -> FrameError:
    """Say what a column holds instead, with the first value where it is text."""
    if not isinstance(kind, nw.String):
        return FrameError(column, f"holds {kind}; {remedy}")
    text = ~nw.col(column).is_null()
    found = rows(frame.filter(text).select(column).head(1))
    if not found:
        return FrameError(column, f"is empty; {remedy}")
    row = _first_place(frame, text, ()) if isinstance(frame, nw.DataFrame) else None
    return FrameError(column, f'holds text ("{str(found[0][0])[:40]}"); {remedy}', row)


def first_row_not(frame: Frame, column: str, kinds: tuple[type, ...]) -> str | None:
    """Find the first value of classic pandas' any-object kind that is of none of these kinds."""
    if not isinstance(frame, nw.DataFrame):
        return None
    wrong = (n for n, value in enumerate(frame[column].to_list(), 1) if not isinstance(value, (*kinds, type(None))))
    row = next(wrong, None)
    return f"row {row}" if row else None


def on_or_before(frame: Frame, column: str, as_of: date) -> nw.Expr:
    """Say which rows of a day column are not later than `as_of` (a missing day is not)."""
    return nw.col(column) <= day_literal(frame, column, as_of)


def day_literal(frame: Frame, column: str, day: date) -> nw.Expr:
    """Give `day` in the type of the column it is compared with."""
    is_date = isinstance(frame.collect_schema()[column], nw.Date)
    if is_date and frame.implementation.is_pandas():  # days of Arrow in pandas: without a cast a column of any objects
        return nw.lit(day).cast(nw.Date)
    return nw.lit(day if is_date else datetime.combine(day, time.min))


def ordinal(column: str) -> nw.Expr:
    """Count days since 1 January of year 1, as `date.toordinal` does, in arithmetic that every engine has."""
    years = nw.col(column).dt.year().cast(nw.Int64) - 1
    every = [((years.cast(nw.Float64) + 0.5) * share).floor().cast(nw.Int64) for share in (0.25, 0.01, 0.0025)]
    leap_days = every[0] - every[1] + every[2]  # floor of a product: `//` of whole numbers costs DuckDB ten times that
    return years * 365 + leap_days + nw.col(column).dt.ordinal_day().cast(nw.Int64)


def plus_days(frame: Frame, column: str, days: str, name: str) -> Frame:
    """Add a column of whole days to a column of dates; missing where either is."""
    if isinstance(frame, nw.LazyFrame) and not frame.implementation.is_polars():
        return frame.with_columns((nw.col(column) + nw.col(days).cast(nw.Int32)).alias(name))
    kind, known = frame.collect_schema()[column], ~nw.col(days).is_null()
    if isinstance(kind, nw.Object):  # dates of classic pandas
        kind = nw.Datetime("us")
    milliseconds = nw.col(days).fill_null(0).cast(nw.Int64) * 86_400_000
    moment = (nw.col(column).cast(nw.Datetime("ms")).cast(nw.Int64) + milliseconds).cast(nw.Datetime("ms"))
    return frame.with_columns(nw.when(known).then(moment.cast(kind)).alias(name))


def with_nullable(frame: Frame, *columns: str, whole: bool = False) -> Frame:
    """Give columns of numbers that may be missing a dtype that can say so: classic pandas would write NaN."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native()
    is_float = {c: str(native[c].dtype).startswith("float") and not whole for c in columns}
    kinds = {c: "Float64" if is_float[c] else "Int64" for c in columns}
    return opened(native.astype({c: kind for c, kind in kinds.items() if not _can_be_missing(native[c].dtype)}))


def with_text(frame: Frame, *columns: str) -> Frame:
    """Give columns of text a dtype of text: joined from two kinds, classic pandas makes them any objects."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native()
    loose = [c for c in columns if str(native[c].dtype) == "object" and _is_text(native[c])]
    return opened(native.astype(dict.fromkeys(loose, "string")))


def _is_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values.dropna())


def _can_be_missing(dtype: Any) -> bool:
    return hasattr(dtype, "na_value") and dtype.na_value is not None


def joined(left: Any, right: Any, left_on: str, right_on: str) -> Frame:
    """Join two frames of the same kind, keeping everybody in either."""
    both: Frame = left.join(right, left_on=left_on, right_on=right_on, how="full")
    return both
