"""Where the arithmetic of a grading runs: embedded DuckDB, or Spark. The measures are the same functions for both.

An engine reads Parquet, keeps a frame so that it is not reckoned twice, and hands a finished frame to the DuckDB
connection that compares it with what is stored. Nothing else differs.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import duckdb

from regulars.standings.copying import Copied


class Engine(Protocol):
    """Frames by name: those of the copy, and those that were kept."""

    def table(self, name: str) -> Any:
        """Give a frame of the copy or one that was kept."""

    def keep(self, name: str, frame: Any) -> Any:
        """Reckon a frame once, and give it under a name."""

    def hand_over(self, name: str, frame: Any) -> None:
        """Reckon a frame and let the local DuckDB connection see it as a table."""


def opened(
    copied: Copied, *, home: str, connection: duckdb.DuckDBPyConnection, analytics: str
) -> AbstractContextManager[Engine]:
    """Open the engine that the setting names: "duckdb", "local[2]", "spark://host:7077"."""
    if analytics == "duckdb":
        from regulars.standings.engines.duck import duck

        return duck(copied, connection=connection)
    from regulars.standings.engines.spark import spark

    return spark(copied, home=home, connection=connection, master=analytics)
