"""The embedded engine: relations of one DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from regulars.standings.copying import Copied, quoted
from regulars.standings.engines.places import places

MEMORY = "800MB"  # beyond it DuckDB spills; only medians cannot be, and none are taken of everybody


def connected(spill: str) -> duckdb.DuckDBPyConnection:
    """Open a connection of its own for one grading."""
    return duckdb.connect(config={"temp_directory": spill, "memory_limit": MEMORY, "preserve_insertion_order": "false"})


class Duck:
    """Tables and views of one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._connection.table(name)

    def keep(self, name: str, frame: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        frame.create(name)
        return self.table(name)

    def hand_over(self, name: str, frame: duckdb.DuckDBPyRelation) -> None:
        self.keep(name, frame)


@contextmanager
def duck(copied: Copied, *, connection: duckdb.DuckDBPyConnection) -> Iterator[Duck]:
    """Read the copy through views; what is kept becomes a table."""
    for name, place in places(copied).items():
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({quoted(place)})")
    yield Duck(connection)
