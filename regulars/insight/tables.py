"""Small tables between Python and an engine: counts fetched, answers put back in the kind of frame that went in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import narwhals as nw
import numpy as np

from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, rows

Kind: TypeAlias = Literal["whole", "number", "text", "day", "truth"]
Columns: TypeAlias = dict[str, tuple[Kind, Sequence[Any]]]

_KINDS: dict[Kind, tuple[Any, str, str]] = {  # narwhals' type, SQL's (DuckDB and Spark alike), pandas' nullable one
    "whole": (nw.Int64, "BIGINT", "Int64"),
    "number": (nw.Float64, "DOUBLE", "Float64"),
    "text": (nw.String, "STRING", "string"),
    "day": (nw.Date, "DATE", "datetime64[us]"),
    "truth": (nw.Boolean, "BOOLEAN", "boolean"),
}
_NULLABLE = {"float64": "Float64", "float32": "Float64", "int64": "Int64", "int32": "Int64", "bool": "boolean"}


def table_like(frame: Frame, columns: Columns) -> Frame:
    """Make a small frame of the same kind as `frame` (for DuckDB and Spark on the same connection or session).

    None is missing, in a type that can be missing: pandas gets its nullable types, never NaN.

    Examples
    --------
    >>> import polars as pl
    >>> here = nw.from_native(pl.DataFrame({"a": [1]}))
    >>> table_like(here, {"share": ("number", [0.5, None]), "n": ("whole", [2, 0])}).to_native().rows()
    [(0.5, 2), (None, 0)]
    """
    if isinstance(frame, nw.DataFrame):
        return _eager(frame, columns)
    native = frame.to_native()
    if frame.implementation.is_polars():
        return _eager(frame.head(0).collect(), columns).lazy()
    if nw.dependencies.is_duckdb_relation(native):
        return _handed_over(native, columns)
    typed = ", ".join(f"`{name}` {_KINDS[kind][1]}" for name, (kind, _) in columns.items())
    return _opened(native.sparkSession.createDataFrame(_tuples(columns), typed))


def _opened(native: Any) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame


def _tuples(columns: Columns) -> list[tuple[Any, ...]]:
    return list(zip(*(values for _, values in columns.values()), strict=True))


def _eager(frame: nw.DataFrame[Any], columns: Columns) -> nw.DataFrame[Any]:
    if frame.implementation.is_pandas_like():
        pandas = frame.implementation.to_native_namespace()
        series = {n: pandas.Series(list(values), dtype=_KINDS[kind][2]) for n, (kind, values) in columns.items()}
        made: nw.DataFrame[Any] = nw.from_native(pandas.DataFrame(series), eager_only=True)
        return made
    data = {name: list(values) for name, (_, values) in columns.items()}
    return nw.from_dict(data, {name: _KINDS[kind][0] for name, (kind, _) in columns.items()}, backend=_of(frame))


def _of(frame: nw.DataFrame[Any]) -> Any:
    return frame.implementation


_NUMPY: dict[Kind, tuple[str, Any]] = {  # how a kind is handed over, and what stands where a value is missing
    "whole": ("int64", 0),
    "number": ("float64", 0.0),
    "text": ("object", ""),
    "day": ("datetime64[us]", "1970-01-01"),
    "truth": ("bool", False),
}


def _handed_over(native: Any, columns: Columns) -> Frame:
    """Hand arrays to DuckDB, each with another that says which values are known: thousands of rows need no SQL text."""
    arrays_, typed = {}, []
    for name, (kind, values) in columns.items():
        dtype, nothing = _NUMPY[kind]
        arrays_[name] = np.array([nothing if value is None else value for value in values], dtype=dtype)
        arrays_[f"{name}_known_"] = np.array([value is not None for value in values], dtype=bool)
        typed.append(f'CASE WHEN "{name}_known_" THEN CAST("{name}" AS {_KINDS[kind][1]}) END AS "{name}"')
    handed_over = arrays_  # noqa: F841  (DuckDB finds it by this name)
    return _opened(native.query("nothing_", f"SELECT {', '.join(typed)} FROM handed_over"))  # noqa: S608  # our names


def fetched(frame: Frame) -> list[tuple[Any, ...]]:
    """Fetch a small frame as tuples, with None where any engine's sign for missing stands."""
    return [tuple(None if _is_missing(value) else value for value in row) for row in rows(frame)]


def _is_missing(value: Any) -> bool:
    if isinstance(value, float):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def merged(left: Any, right: Any, on: Sequence[str], how: Literal["inner", "left", "anti"] = "inner") -> Frame:
    """Join two frames of the same kind on columns of the same name."""
    left, right = _keys_alike(left, right, on)
    both: Frame = left.join(right, on=list(on), how=how)
    return both


def _keys_alike(left: Any, right: Any, on: Sequence[str]) -> tuple[Any, Any]:
    """PyArrow joins no text to long text, and no encoded text to either: bring such keys to one type."""
    if not (isinstance(left, nw.DataFrame) and left.implementation.is_pyarrow()):
        return left, right
    for key in on:
        kinds = [frame.to_native().schema.field(key).type for frame in (left, right)]
        if kinds[0] == kinds[1]:
            continue
        whole = all(frame.collect_schema()[key].is_integer() for frame in (left, right))
        alike = nw.col(key).cast(nw.Int64 if whole else nw.String)
        left, right = left.with_columns(alike), right.with_columns(alike)
    return left, right


def stacked(first: Any, second: Any) -> Frame:
    """Put the rows of two frames of the same kind and columns below each other."""
    both: Frame = nw.concat([first, second])
    return both


def nullable(frame: Frame) -> Frame:
    """Give classic pandas columns that can be missing without turning into NaN; other frames are left as they are."""
    if not (isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas()):
        return frame
    native = frame.to_native()
    types = {name: _NULLABLE[str(kind)] for name, kind in native.dtypes.items() if str(kind) in _NULLABLE}
    return _opened(native.astype(types))


def with_labels(frame: Frame, column: str) -> Frame:
    """Make a column one of labels: whole numbers and text as they are, days and the like as text.

    Classic pandas keeps whole numbers of which some are missing as floats: they are taken back.
    """
    kind = frame.collect_schema()[column]
    if kind.is_float() and isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas_like():
        native = frame.to_native()
        if (native[column].dropna() % 1 == 0).all():
            frame = _opened(native.assign(**{column: native[column].astype("Int64")}))
        kind = frame.collect_schema()[column]
    if isinstance(kind, nw.String) or kind.is_integer():
        return frame
    if kind.is_float() or kind.is_nested():
        raise FrameError(column, f"holds {kind}; give text or whole numbers")
    return frame.with_columns(nw.col(column).cast(nw.String))


def placed(frame: Frame, within: Sequence[str], by: Sequence[str]) -> Frame:
    """Add ``place``: 1, 2, ... within each group, in ascending order of `by` (which leaves no ties).

    Lazy engines get a window within one group, never over everything.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"who": ["b", "a", "b"], "x": [2, 5, 1]}))
    >>> placed(frame, ["who"], ["x"]).sort("who", "x").to_native().rows()
    [('a', 5, 1), ('b', 1, 1), ('b', 2, 2)]
    """
    if isinstance(frame, nw.LazyFrame):
        ones = frame.with_columns(one_=nw.lit(1))
        counted = nw.col("one_").cum_sum().over(*within, order_by=list(by))
        return ones.with_columns(place=counted.cast(nw.Int64)).drop("one_")
    ordered = frame.sort(*within, *by).with_row_index("row_").with_columns(nw.col("row_").cast(nw.Int64))
    firsts = ordered.group_by(*within).agg(first_=nw.col("row_").min())
    joined = ordered.join(firsts, on=list(within), how="left")
    return joined.with_columns(place=nw.col("row_") - nw.col("first_") + 1).drop("row_", "first_")
