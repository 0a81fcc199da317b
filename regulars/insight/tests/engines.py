"""The same rows as every kind of frame that can be tried here, and frames back to plain rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

TYPES: dict[str, pa.DataType] = {
    "amount": pa.decimal128(14, 2),
    "refund": pa.decimal128(14, 2),
    "might_spend": pa.decimal128(14, 2),
    "usual_amount": pa.float64(),
    "usual_gap_days": pa.int64(),
    "monetary": pa.float64(),
    "median_gap_days": pa.float64(),
    "has_asked": pa.bool_(),
    "cancelled": pa.bool_(),
    "frequency": pa.int64(),
}


def table(rows: Sequence[dict[str, Any]], **types: pa.DataType) -> pa.Table:
    columns = list(rows[0])
    kinds = TYPES | types
    arrays = {c: pa.array([row[c] for row in rows], kinds.get(c, _day_or_guess(c))) for c in columns}
    return pa.table(arrays)


def _day_or_guess(column: str) -> pa.DataType | None:
    return pa.date32() if column == "day" or column.endswith("_on") else None


def _duckdb(source: pa.Table) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", source)
    connection.execute("create table kept as select * from given")
    return connection.table("kept")


ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda t: t.to_pandas(),
    "pandas on arrow": lambda t: t.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda t: pl.DataFrame(t),
    "polars lazy": lambda t: pl.DataFrame(t).lazy(),
    "pyarrow": lambda t: t,
    "duckdb": _duckdb,
}


def plain(frame: Any) -> list[dict[str, Any]]:
    """Rows as plain Python values, sorted by customer, so that engines can be compared."""
    if isinstance(frame, duckdb.DuckDBPyRelation):
        rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.fetchall()]
    elif isinstance(frame, pl.LazyFrame):
        rows = frame.collect().to_dicts()
    elif isinstance(frame, pl.DataFrame):
        rows = frame.to_dicts()
    elif isinstance(frame, pa.Table):
        rows = frame.to_pylist()
    else:
        rows = frame.to_dict("records")
    return sorted(({k: _plain(v) for k, v in row.items()} for row in rows), key=lambda row: row["customer"])


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (str, date, bool)):
        return value
    return round(float(value), 6)
