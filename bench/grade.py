"""Grade ten million orders of a million people from the Parquet copy, beside a scan of the same files.

    python bench/grade.py --orders 10000000 --people 1000000

Promised: 10 M orders graded in 3 s. `graded_seconds` is everything from opening the files to every person's wanted
standing (summary with rhythm, cut points, groups, people who have not bought); `scan_seconds` reads the same columns
and adds them up, in the same run. Best of three. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 1, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    folder = Path(tempfile.mkdtemp(prefix="regulars-grade-"))
    os.environ.update(REGULARS_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="regulars.settings")
    try:
        report = measure(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "grade", **report}))
    return 0


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    import django
    import duckdb

    django.setup()
    from regulars.standings.copying import Copied
    from regulars.standings.services import wanted

    invent(duckdb.connect(), folder, options.orders, options.people)
    copied = Copied(str(folder / "orders-*.parquet"), str(folder / "refunds-*.parquet"), str(folder), 0, True)
    groups: dict[str, int] = {}

    def scan() -> None:
        columns = "count(*), sum(customer), max(day), sum(amount), sum(refund), sum(cancelled::INT)"
        duckdb.sql(f"SELECT {columns} FROM '{copied.orders}'").fetchall()

    def grade() -> None:
        connection = wanted.opened(copied, spill=str(folder / "spill"))
        wanted.reckon(connection, AS_OF)
        groups.update(wanted.counts(connection))
        connection.close()

    scan_seconds, graded_seconds = best(scan, options.runs), best(grade, options.runs)
    return {
        "orders": options.orders,
        "people": sum(groups.values()),
        "graded_seconds": round(graded_seconds, 2),
        "scan_seconds": round(scan_seconds, 3),
        "ratio_to_scan": round(graded_seconds / scan_seconds, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "cores": os.cpu_count(),
        "target_seconds": 3.0,
    }


def best(act: Callable[[], None], runs: int) -> float:
    def once() -> float:
        started = time.perf_counter()
        act()
        return time.perf_counter() - started

    return min(once() for _ in range(runs))


def invent(connection: Any, folder: Path, orders: int, people: int) -> None:
    """Write a copy as `regulars.standings.copying` leaves it: regulars and one-timers over four years, 2 % refunds."""
    connection.execute(f"""
        COPY (
            SELECT range AS id,
                   (1 + floor({people} * power(hash(range) / 18446744073709551616.0, 1.6)))::BIGINT AS customer,
                   DATE '{AS_OF}' - (hash(range * 7 + 1) % 1460)::INT AS day,
                   (500 + hash(range * 3 + 2) % 20000 * 10)::BIGINT AS amount,
                   CASE WHEN hash(range + 9) % 50 = 0 THEN amount // (1 + range % 2) ELSE 0 END AS refund,
                   hash(range + 5) % 200 = 0 AS cancelled
            FROM range({orders})
        ) TO '{folder}/orders-0.parquet'
    """)
    connection.execute(f"""
        COPY (SELECT id AS order_id, day, refund AS amount FROM '{folder}/orders-0.parquet' WHERE refund > 0)
        TO '{folder}/refunds-0.parquet'
    """)
    connection.execute(f"""
        COPY (
            SELECT range + 1 AS id, true AS may_buy, range % 9 = 0 AS has_asked,
                   DATE '{AS_OF}' - (range % 400)::INT AS added_on
            FROM range({people})
        ) TO '{folder}/people-0.parquet'
    """)
    empty = {
        "notes": "1::BIGINT AS person_id, DATE '2026-01-01' AS day",
        "memories": "1::BIGINT AS customer, DATE '2026-01-01' AS told_on, DATE '2026-01-01' AS last_seen_on,"
        " 1::BIGINT AS usual_gap_days, 1::BIGINT AS usual_amount",
        "standings": "1::BIGINT AS person_id",
    }
    for name, columns in empty.items():
        connection.execute(f"COPY (SELECT {columns} WHERE false) TO '{folder}/{name}-0.parquet'")


if __name__ == "__main__":
    raise SystemExit(main())
