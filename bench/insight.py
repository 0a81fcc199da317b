"""Grades, scores and refits of ten million orders of a million people, beside the plain grouping of the same file.

    python bench/insight.py --orders 10000000 --people 1000000
    python bench/insight.py --command      the whole command line as well, cold

Promised, on two cores: grades in at most twice the group-by floor; grades and scores with a stored model in 5 s; with
a refit and the choice of k in 30 s; less than 1.5 GB; growth from 10 k to 1 M people with a slope of at most 1.05 on
logarithms.
The floor groups by customer and asks for the last day, the distinct days and the sum, which is what grades rest on.
Every step begins at the Parquet file, in a process of its own, without compiled caches; importing is not counted. The
least of --runs is taken; peak memory is the process's. On a busy machine read `cpu_seconds`, which are of both cores
together. Prints JSON, with the machine's load beside it.
"""

from __future__ import annotations

import argparse
import json
import math
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

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 1, 1)
HORIZON_DAYS = 365
SLOPE_SIZES = (10_000, 100_000, 1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--command", action="store_true", help="time `regulars insight` too")
    parser.add_argument("--act", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.act:
        print(json.dumps(timed(ACTS[options.act[0]], Path(options.act[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="regulars-insight-") as scratch:
        report = measure(Path(scratch), options)
    print(json.dumps({"bench": "insight", "cores": os.cpu_count(), "load": os.getloadavg()[0], **report}, indent=1))
    return 0


def measure(scratch: Path, options: argparse.Namespace) -> dict[str, Any]:
    path = invented(scratch, options.orders, options.people)
    found = {name: least(name, path, options.runs) for name in ("floor", "grades", "store", "stored", "refit")}
    ratio = found["grades"]["seconds"] / found["floor"]["seconds"]
    report: dict[str, Any] = {"orders": options.orders, "people": options.people, **found}
    report["grades_to_floor"] = round(ratio, 2)
    if options.command:
        report["command"] = command(path, scratch)
    per_person = options.orders // options.people
    sizes = [size for size in SLOPE_SIZES if size <= options.people]
    times = {size: least("refit", invented(scratch, size * per_person, size), 1)["seconds"] for size in sizes}
    report["growth"] = {"seconds": times, "slope": slope(times)}
    return report


def slope(times: dict[int, float]) -> float | None:
    """The slope of the logarithm of time over that of people, from the smallest to the largest."""
    sizes = sorted(times)
    if len(sizes) < 2:
        return None
    small, large = sizes[0], sizes[-1]
    return round(math.log(times[large] / times[small]) / math.log(large / small), 3)


def least(what: str, path: Path, runs: int) -> dict[str, float]:
    """The quickest of some processes."""
    command = [sys.executable, str(Path(__file__)), "--act", what, str(path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = []
    for _run in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.append(json.loads(done.stdout))
    return min(found, key=lambda one: one["seconds"])


def timed(act: Callable[[Path], None], path: Path) -> dict[str, float]:
    import scipy.optimize
    import scipy.special  # noqa: F401

    import regulars.insight  # noqa: F401

    started, worked = time.perf_counter(), time.process_time()
    act(path)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 3), "cpu_seconds": round(worked, 3), "peak_memory_mb": round(peak)}


def opened(path: Path) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET memory_limit = '1GB'")
    connection.execute(f"SET temp_directory = '{path.parent / 'spill'}'")
    return connection.from_parquet(str(path))


def floor(path: Path) -> None:
    opened(path).aggregate(
        "customer, max(day) AS last_on, count(DISTINCT day) AS days, sum(amount) AS paid", "customer"
    ).create("grouped")


def grades(path: Path) -> None:
    from regulars import insight

    sums = "customer, max(day) AS last_on, count(DISTINCT day) AS frequency, sum(amount) AS monetary"
    facts = opened(path).aggregate(sums, "customer")
    insight.grade_summary(kept(facts, "facts"), AS_OF).create("graded")


def kept(relation: Any, name: str) -> Any:
    relation.create(name)
    return relation.query("r", f"SELECT * FROM {name}")


def summed_up(path: Path) -> Any:
    from regulars import insight

    return kept(insight.summary(opened(path), AS_OF), "facts")


def store(path: Path) -> None:
    """Fit once and write the model down, for `stored`; its time is that of a refit without scores."""
    from regulars.insight.lifetime import MBGCNBD

    model = MBGCNBD().fit(summed_up(path))
    (path.parent / "model.json").write_text(json.dumps(model.to_dict()))


def stored(path: Path) -> None:
    from regulars.insight.lifetime import LifetimeModel

    score(summed_up(path), LifetimeModel.from_dict(json.loads((path.parent / "model.json").read_text())))


def refit(path: Path) -> None:
    from regulars.insight.lifetime import MBGCNBD

    facts = summed_up(path)
    score(facts, MBGCNBD().fit(facts))


def score(facts: Any, model: Any) -> None:
    from regulars import insight

    scored = model.score(facts, HORIZON_DAYS)
    insight.grade_summary(kept(scored, "scored"), AS_OF).create("people")


ACTS: dict[str, Callable[[Path], None]] = {
    "floor": floor,
    "grades": grades,
    "store": store,
    "stored": stored,
    "refit": refit,
}


def command(path: Path, scratch: Path) -> dict[str, float]:
    """The whole command, cold: reading, choosing among all candidates, scoring, writing."""
    words = ["insight", str(path), "--out", str(scratch / "people.parquet"), "--json"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "regulars", *words], capture_output=True, check=True, cwd=ROOT)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(worked, 2),
        "peak_memory_mb": round(after.ru_maxrss / 1024),
    }


def invented(scratch: Path, orders: int, people: int) -> Path:
    """People who join over two of three years and leave after a while; a few come very often, most seldom."""
    import duckdb

    path = scratch / f"orders-{people}.parquet"
    if path.exists():
        return path
    start, days = "DATE '2023-01-01'", (AS_OF - date(2023, 1, 1)).days
    unit = "(hash({}) / 18446744073709551616.0)"
    duckdb.sql(f"""
        COPY (
            WITH o AS (SELECT range AS n, (1 + floor({people} * power({unit.format("range")}, 1.6)))::BIGINT AS customer
                       FROM range({orders})),
                 p AS (SELECT *, (hash(customer * 11 + 3) % 730)::INT AS first,
                              -ln(1 - {unit.format("customer * 13 + 1")}) * 400 AS life FROM o)
            SELECT customer,
                   {start} + first + floor({unit.format("n * 7 + 1")} * least(life, {days} - first))::INT AS day,
                   ((500 + hash(n * 3 + 2) % 20000) / 100)::DECIMAL(10, 2) AS amount
            FROM p
        ) TO '{path}'
    """)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
