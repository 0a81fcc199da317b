"""What is used up and what goes with what, of ten million orders of a million people, beside plain groupings of them.

    python bench/next_product.py --orders 10000000 --people 1000000
    python bench/next_product.py --orders 1000000 --people 100000 --engine polars

Promised: `replenishment` takes at most twice the processor time of its floor, `goes_with` and `next_product` 15 s of
processor together, each less than 1.5 GB. The floor is what any answer must do first: distinct days of each person and
product, then their number, first and last. Each part runs in a process of its own, best of `--runs`. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

AS_OF = date(2026, 1, 1)
PARTS = ("floor", "replenishment", "goes_with", "next_product")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--engine", choices=["duckdb", "polars"], default="duckdb")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    options = parser.parse_args()
    print(json.dumps(_one(options) if options.part else _all(options)))
    return 0


def _all(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="regulars-next-") as folder:
        file = f"{folder}/orders.parquet"
        invent(file, options.orders, options.people, options.products)
        found = {part: min((_child(part, file, options) for _ in range(options.runs)), key=_cpu) for part in PARTS}
    cpu = {part: _cpu(measured) for part, measured in found.items()}
    return {
        "bench": "next_product",
        "engine": options.engine,
        "orders": options.orders,
        "people": options.people,
        "load": round(os.getloadavg()[0], 1),
        **found,
        "replenishment_to_floor": round(cpu["replenishment"] / cpu["floor"], 2),
        "goes_with_to_floor": round(cpu["goes_with"] / cpu["floor"], 2),
        "next_product_to_floor": round(cpu["next_product"] / cpu["floor"], 2),
        "both_cpu_s": round(cpu["goes_with"] + cpu["next_product"], 2),
        "peak_mb": max(measured["peak_mb"] for measured in found.values()),
        "targets": {"replenishment_to_floor": 2, "both_cpu_s": 15, "peak_mb": 1500},
    }


def _cpu(measured: dict[str, Any]) -> float:
    return float(measured["cpu_s"])


def _child(part: str, file: str, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", part, "--file", file, "--engine", options.engine]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _one(options: argparse.Namespace) -> dict[str, Any]:
    act = {"duckdb": _of_duckdb, "polars": _of_polars}[options.engine](options.part, options.file)
    cpu, wall = time.process_time(), time.perf_counter()
    rows = act()
    return {
        "rows": rows,
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _of_duckdb(part: str, file: str) -> Callable[[], int]:
    import duckdb

    from regulars import insight

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    orders = connection.sql(f"FROM '{file}'")
    if part == "floor":
        days = f"SELECT customer, product, day FROM '{file}' GROUP BY ALL"
        pairs = f"SELECT customer, product, count(*) AS n, min(day) AS a, max(day) AS b FROM ({days}) GROUP BY ALL"
        by_product = f"SELECT product, count(*), sum(n), max(a), max(b) FROM ({pairs}) GROUP BY ALL"
        return lambda: len(connection.sql(by_product).fetchall())
    measure = getattr(insight, part)
    return lambda: int(measure(orders, AS_OF).aggregate("count(*)").fetchall()[0][0])


def _of_polars(part: str, file: str) -> Callable[[], int]:
    import polars as pl

    from regulars import insight

    orders = pl.read_parquet(file)
    if part == "floor":
        pairs = orders.lazy().select("customer", "product", "day").unique().group_by("customer", "product")
        return lambda: pairs.agg(pl.len(), a=pl.min("day"), b=pl.max("day")).group_by("product").len().collect().height
    measure = getattr(insight, part)
    return lambda: int(measure(orders, AS_OF).height)


def invent(file: str, orders: int, people: int, products: int) -> None:
    """Few people buy much; each has up to seven things they come back for; some things lead to one other."""
    import duckdb

    duckdb.connect().execute(f"""
        COPY (
            WITH lines AS (
                SELECT (1 + floor({people} * power(hash(range) / 18446744073709551616.0, 1.6)))::BIGINT AS customer,
                       hash(range * 7 + 1) % 1460 AS ago, hash(range + 11) % 8 AS slot,
                       (500 + hash(range * 3 + 2) % 20000 * 10)::BIGINT AS amount
                FROM range({orders})
            ), things AS (
                SELECT *, floor({products} * power(hash(customer * 16 + slot // 2 * 2) / 18446744073709551616.0, 2.5))
                    ::BIGINT AS thing
                FROM lines
            )
            SELECT customer, DATE '{AS_OF}' - ago::INT AS day, amount,
                   'Item ' || CASE WHEN slot = 1 THEN (thing * 7 + 1) % {products} ELSE thing END AS product
            FROM things
        ) TO '{file}'
    """)


if __name__ == "__main__":
    sys.exit(main())
