"""From a frame of any engine to numpy arrays and back: for the few places where a model does its own arithmetic.

What goes through here is small: distinct rows with their counts, never a row for each order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np

from regulars.insight.frames import Frame, rows

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


def arrays(frame: Frame, *columns: str) -> dict[str, Floats]:
    """Fetch columns of numbers (none of them missing) as float arrays."""
    wanted = frame.select(*(nw.col(column).cast(nw.Float64) for column in columns))
    if isinstance(wanted, nw.DataFrame):
        return {column: np.asarray(wanted[column].to_numpy(), dtype=float) for column in columns}
    native = wanted.to_native()
    if nw.dependencies.is_duckdb_relation(native):
        fetched = native.fetchnumpy()
        return {column: np.asarray(fetched[column], dtype=float) for column in columns}
    if wanted.implementation.is_polars():
        return arrays(wanted.collect(), *columns)
    table = np.array(rows(wanted), dtype=float).reshape(-1, len(columns))
    return {column: table[:, number] for number, column in enumerate(columns)}


def joined_with(frame: Any, columns: Mapping[str, Any], *on: str) -> Frame:
    """Join small columns of numbers to each row of `frame` that agrees with them on the columns `on`."""
    both: Frame = frame.join(frame_like(frame, columns), on=list(on), how="left")
    return both


def frame_like(frame: Frame, columns: Mapping[str, Any]) -> Any:
    """Make a small frame that can be joined to `frame`: of the same kind, on the same connection or session."""
    values = {name: np.asarray(column) for name, column in columns.items()}
    if isinstance(frame, nw.DataFrame):
        return nw.from_dict(values, backend=frame.implementation)
    if frame.implementation.is_polars():
        return nw.from_dict(values, backend=frame.implementation).lazy()
    native = frame.to_native()
    if nw.dependencies.is_duckdb_relation(native):
        values = {n: c.astype("datetime64[us]") if c.dtype.kind == "M" else c for n, c in values.items()}
        handed_over = values  # noqa: F841  (DuckDB finds it by this name)
        return nw.from_native(native.query("unused", "select * from handed_over"))
    tuples = list(zip(*(column.tolist() for column in values.values()), strict=True))
    kinds = {"i": "long", "f": "double", "M": "date"}
    described = ", ".join(f"`{name}` {kinds.get(column.dtype.kind, 'string')}" for name, column in values.items())
    return nw.from_native(native.sparkSession.createDataFrame(tuples, described))


def nullable(frame: Frame, *columns: str) -> Frame:
    """Give columns a type that tells missing from not-a-number; only classic pandas has one that does not."""
    if not (isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas()):
        return frame
    native = frame.to_native()
    plain = {column: "Float64" for column in columns if str(native[column].dtype) == "float64"}
    converted: Frame = nw.from_native(native.astype(plain), eager_only=True)
    return converted
