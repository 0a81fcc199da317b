"""The same rows as every kind of frame that can be tried here, and frames back to plain rows."""

from __future__ import annotations

import importlib.util
import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

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


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One for the whole run: relations that are joined must come from one connection."""
    return duckdb.connect()


_numbers = count()


def _duckdb(source: pa.Table) -> duckdb.DuckDBPyRelation:
    name = f"kept_{next(_numbers)}"
    _connection().register("given", source)
    _connection().execute(f"create table {name} as select * from given")
    return _connection().table(name)


@cache
def spark_session() -> Any:
    """One for the whole run, small and deaf to the network; without code generation, which only pays for large data."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[1]").appName("regulars-tests")
    for name, value in _SPARK.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return builder.getOrCreate()


_SPARK = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss4m",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.warehouse.dir": tempfile.gettempdir(),
}


def _pyspark(source: pa.Table) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return spark_session().createDataFrame(source)


def _why_no_spark() -> str:
    if importlib.util.find_spec("pyspark") is None:
        return "PySpark is not installed (the extra `spark`)"
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        return "there is no Java on this machine, so PySpark is not tried"
    return ""


WHY_NO_SPARK = _why_no_spark()
needs_spark = pytest.mark.skipif(bool(WHY_NO_SPARK), reason=WHY_NO_SPARK)

QUICK: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda t: t.to_pandas(),
    "pandas on arrow": lambda t: t.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda t: pl.DataFrame(t),
    "polars lazy": lambda t: pl.DataFrame(t).lazy(),
    "pyarrow": lambda t: t,
    "duckdb": _duckdb,
}

ENGINES: dict[str, Callable[[pa.Table], Any]] = QUICK if WHY_NO_SPARK else {**QUICK, "pyspark": _pyspark}
"""All that can be tried here; a test that only repeats itself on every engine may use `QUICK` and spare itself a minute."""


def plain(frame: Any, by: str = "customer") -> list[dict[str, Any]]:
    """Rows as plain Python values, sorted by customer, so that engines can be compared."""
    if isinstance(frame, duckdb.DuckDBPyRelation):
        rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.fetchall()]
    elif isinstance(frame, pl.LazyFrame):
        rows = frame.collect().to_dicts()
    elif isinstance(frame, pl.DataFrame):
        rows = frame.to_dicts()
    elif isinstance(frame, pa.Table):
        rows = frame.to_pylist()
    elif isinstance(frame, pd.DataFrame):
        rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    else:
        rows = [row.asDict() for row in frame.collect()]
    return sorted(({k: _plain(v) for k, v in row.items()} for row in rows), key=lambda row: row[by])


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (str, date, bool)):
        return value
    return round(float(value), 6)
