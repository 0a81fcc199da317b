"""Orders as a frame of the engine that was asked for, and what it computed back into one table."""

from __future__ import annotations

import os
import warnings
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from django.conf import settings
from duckdb import DuckDBPyConnection

from regulars.kit.errors import Refusal

MANY = 500_000
_FOR_MANY = {"spark.sql.shuffle.partitions": "8", "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -Xss4m"}
_FOR_FEW = {  # plans are long and rows are few: writing and compiling code for each plan would take most of the time
    "spark.master": "local[1]",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss4m",
}


class Engine(ABC):
    """Where the measures are computed; the files are read by DuckDB in any case."""

    session: Any = None

    def __init__(self, con: DuckDBPyConnection, folder: Path, orders: int) -> None:
        self.con, self.folder, self.orders = con, folder, orders

    @abstractmethod
    def frame(self, table: str) -> Any:
        """Hand over a table."""

    @abstractmethod
    def kept(self, frame: Any, name: str) -> Any:
        """Compute a frame now, so that it is not computed again for each use."""

    @abstractmethod
    def land(self, frame: Any, table: str) -> None:
        """Make a frame a table of the connection."""

    def close(self) -> None:
        """Give back what was taken."""
        if self.session is not None:
            self.session.stop()

    def _through_parquet(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _take(self, pattern: Path, table: str) -> None:
        self.con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_parquet('{pattern}')")


class DuckEngine(Engine):
    """The embedded one."""

    def frame(self, table: str) -> Any:
        return self.con.table(table)

    def kept(self, frame: Any, name: str) -> Any:
        frame.create(name)
        return self.con.table(name)

    def land(self, frame: Any, table: str) -> None:
        frame.create(table)


class PolarsEngine(Engine):
    """Polars, in memory."""

    def frame(self, table: str) -> Any:
        import polars

        path = self._through_parquet(table)
        self.con.execute(f"COPY (SELECT * FROM {table}) TO '{path}' (FORMAT parquet)")
        return polars.read_parquet(path)

    def kept(self, frame: Any, name: str) -> Any:
        return frame

    def land(self, frame: Any, table: str) -> None:
        path = self._through_parquet(f"{table}-landed")
        frame.write_parquet(path)
        self._take(path, table)


class SparkEngine(Engine):
    """PySpark: on the machine itself, or where REGULARS_ANALYTICS says, unless a session stands already."""

    def __init__(self, con: DuckDBPyConnection, folder: Path, orders: int) -> None:
        super().__init__(con, folder, orders)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about its own tests' use of pandas
            from pyspark.sql import SparkSession

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", "python3")
        builder: Any = SparkSession.builder
        for name, value in {
            "spark.master": "local[*]", "spark.driver.memory": "1g",
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
            "spark.sql.session.timeZone": "UTC", **(_FOR_FEW if orders < MANY else _FOR_MANY), **spark_place(),
            "spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }.items():  # fmt: skip
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()

    def frame(self, table: str) -> Any:
        path = self._through_parquet(table)
        self.con.execute(f"COPY (SELECT * FROM {table}) TO '{path}' (FORMAT parquet)")
        return self.session.read.parquet(path.as_uri())

    def kept(self, frame: Any, name: str) -> Any:
        return frame.localCheckpoint()  # the plan behind it ends here: long plans are slow to analyse

    def land(self, frame: Any, table: str) -> None:
        path = self.folder / f"{table}-landed"
        frame.write.mode("overwrite").parquet(path.as_uri())
        self._take(path / "*.parquet", table)


def spark_place() -> dict[str, str]:
    """The master that REGULARS_ANALYTICS names, and where workers on this machine find us."""
    told = {} if settings.ANALYTICS == "duckdb" else {"spark.master": str(settings.ANALYTICS)}
    away = told.get("spark.master", "").removeprefix("spark://")
    if away and not away.startswith(("local", "127.0.0.1", "[::1]")):
        return told
    return told | {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


ENGINES: dict[str, type[Engine]] = {"duckdb": DuckEngine, "polars": PolarsEngine, "spark": SparkEngine}
MISSING = {
    "polars": "Polars is not installed. Install it (pip install polars), or leave --engine out.",
    "spark": "PySpark or Java is not there. Install regulars[spark] and Java 17, or leave --engine out.",
}


def opened(name: str, con: DuckDBPyConnection, folder: Path, orders: int) -> Engine:
    """Start an engine; refused in a sentence where it is not installed."""
    try:
        if name == "polars":
            import polars  # noqa: F401
        return ENGINES[name](con, folder, orders)
    except Refusal:
        raise
    except Exception as fault:  # PySpark raises its own kinds when Java is missing
        if name not in MISSING:
            raise
        raise Refusal(MISSING[name]) from fault
