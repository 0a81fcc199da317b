"""Grade ten million orders of a million people from the Parquet copy, beside a scan of the same files.

    python bench/grade.py --orders 10000000 --people 1000000 [--database postgresql] [--only-storing]
    python bench/grade.py --no-storing --model pareto        as if this one had won the comparison of all
    python bench/grade.py --no-storing --model mbg-cnbd --k 3    and as if gaps had so many stages

Promised: grades with a stored model in 5 s, with the weekly choice and fit of a model in 30 s, storing in 15 s, all in
1.5 GB. `grades_seconds` is everything from opening the files to every person's wanted standing without scores (summary,
cut points, groups, the stored rhythm, people who have not bought), `scored_seconds` the same with a stored model (and
season, where the orders show one), and `fitted_seconds` with the model chosen and fitted; `found_seconds` is what pages
read. Storing is into the database beside nobody (people are not invented, so nobody checks that they are there): all
new, nothing changed, all scores changed; PostgreSQL is a durable server of this run, in a temporary folder.
`scan_seconds` reads the same columns and adds them up, and `group_by_seconds` groups them by customer, in the same run.
Best of `--runs` (the fit: once). Prints JSON.
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
STORED = {
    **dict.fromkeys(("basis", "group"), "VARCHAR"),
    **dict.fromkeys(
        ("r", "f", "m", "buying_days", "net_mils", "expected_purchases_low", "expected_purchases_high", "value_mils",
         "value_low_mils", "value_high_mils"),
        "BIGINT",
    ),
    **dict.fromkeys(("first_on", "last_on", "slips_on", "next_low_on", "next_on", "next_high_on"), "DATE"),
    **dict.fromkeys(("usual_gap_days", "gap_low_days", "gap_high_days", "p_alive", "expected_purchases"), "DOUBLE"),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-storing", action="store_true", help="reckon only")
    parser.add_argument("--only-storing", action="store_true", help="the fit, then storing only")
    parser.add_argument("--model", choices=("bg", "mbg", "mbg-cnbd", "pareto"), help="what wins, whatever erred least")
    parser.add_argument("--k", type=int, choices=range(1, 9), help="the stages of a gap, whatever is likeliest")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what is stored into")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    folder = Path(tempfile.mkdtemp(prefix="regulars-grade-"))
    os.environ.update(REGULARS_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="regulars.settings")
    cluster = None
    try:
        if options.database == "postgresql":
            from regulars.kit.tests.postgres import Cluster

            cluster = Cluster(is_durable=True)
            os.environ["REGULARS_DATABASE_URL"] = cluster.make_database("bench")
        else:
            os.environ.pop("REGULARS_DATABASE_URL", None)
        report = measure(folder, options)
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "grade", "database": options.database, **report}))
    return 0


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    import duckdb
    from django.core.management import call_command

    from regulars.standings.copying import Copied

    if options.model or options.k:
        force(options.model, options.k)
    invent(duckdb.connect(), folder, options.orders, options.people)
    orders, refunds, lines = (str(folder / f"{name}-*.parquet") for name in ("orders", "refunds", "lines"))
    copied = Copied(orders, refunds, lines, str(folder), 0, True)

    def scan() -> None:
        columns = "count(*), sum(customer), max(day), sum(amount), sum(refund), sum(cancelled::INT)"
        duckdb.sql(f"SELECT {columns} FROM '{copied.orders}'").fetchall()

    def group_by() -> None:
        duckdb.sql(
            "SELECT count(*), max(days), sum(paid) FROM (SELECT count(DISTINCT day) AS days, sum(amount) AS paid,"
            f" min(day), max(day) FROM '{copied.orders}' GROUP BY customer)"
        ).fetchall()

    night = Night(folder, copied)
    report: dict[str, Any] = {"orders": options.orders, "people": options.people}
    report |= only_fitted(night) if options.only_storing else reckoned(night, scan, group_by, options.runs)
    card = report.pop("card")
    if not options.no_storing:
        call_command("migrate", verbosity=0)
        report |= night.stored(card)
    return report | {
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "cores": os.cpu_count(),
        "cpu_seconds": round(time.process_time(), 1),
        "load": round(os.getloadavg()[0], 1),
        "target_seconds": {"scored": 5.0, "fitted": 30.0, "storing": 15.0},
    }


def force(model: str | None, k: int | None) -> None:
    """Let this model win once all are compared, and this k be the likeliest once all were tried."""
    import importlib

    from regulars.insight.lifetime import MBGCNBD

    choice = importlib.import_module("regulars.insight.backtest.choice")  # a function of the package has its name
    if model:
        choice.winner = lambda _found, **_about: model  # type: ignore[attr-defined]
    if k:
        tried = MBGCNBD._likely
        MBGCNBD._likely = lambda self, rows: [k] if tried(self, rows) else []  # type: ignore[method-assign]


def only_fitted(night: Night) -> dict[str, Any]:
    card = night.fitted()
    return {"card": card, "model": card["name"]}


def reckoned(night: Night, scan: Callable[[], None], group_by: Callable[[], None], runs: int) -> dict[str, Any]:
    scan_seconds, floor_seconds = best(scan, runs), best(group_by, runs)
    started = time.perf_counter()
    card = night.fitted()
    fitted_seconds = time.perf_counter() - started
    grades_seconds = best(lambda: night.graded({**card, "stored": None, "season": None}), runs)
    scored_seconds = best(lambda: night.graded(card), runs)
    return {
        "card": card,
        "scan_seconds": round(scan_seconds, 3),
        "group_by_seconds": round(floor_seconds, 2),
        "grades_seconds": round(grades_seconds, 2),
        "ratio_to_group_by": round(grades_seconds / floor_seconds, 2),
        "scored_seconds": round(scored_seconds, 2),
        "fitted_seconds": round(fitted_seconds, 2),
        "model": card["name"],
        "k": (card["stored"] or {"lifetime": {}})["lifetime"].get("k"),
        "found_seconds": round(night.found(card), 2),
    }


class Night:
    """The steps of a grading, on the invented copy."""

    def __init__(self, folder: Path, copied: Any) -> None:
        self.folder, self.copied = folder, copied
        self.connection: Any = None

    def opened(self) -> Any:
        from regulars.standings import engines
        from regulars.standings.engines.duck import connected

        if self.connection:
            self.connection.close()  # as a night does in the end
        self.connection = connected(str(self.folder / "spill"))
        return engines.opened(self.copied, home=str(self.folder), connection=self.connection, analytics="duckdb")

    def graded(self, card: dict[str, Any]) -> None:
        from regulars.standings.services import card as cards
        from regulars.standings.services import wanted

        with self.opened() as engine:
            wanted.learn(engine, AS_OF)
            wanted.reckon(engine, cards.models_of(card), cards.rhythms_of(card), AS_OF, cards.season_of(card))

    def fitted(self) -> dict[str, Any]:
        from regulars.standings.services import card as cards
        from regulars.standings.services import wanted

        with self.opened() as engine:
            facts = wanted.learn(engine, AS_OF)
            orders, found = wanted.orders(engine, AS_OF), cards.size(facts)
            card = cards.fitted(orders, facts, found, as_of=AS_OF, margin_rate=None, before=None)
            wanted.reckon(engine, cards.models_of(card), cards.rhythms_of(card), AS_OF, cards.season_of(card))
        return card

    def found(self, card: dict[str, Any]) -> float:
        from regulars.standings.services import card as cards
        from regulars.standings.services import coming_back, finding, growing, looking_ahead, products, wanted

        with self.opened() as engine:
            facts, models = wanted.learn(engine, AS_OF), cards.models_of(card)
            wanted.reckon(engine, models, cards.rhythms_of(card), AS_OF, cards.season_of(card))
            started = time.perf_counter()
            orders = wanted.bought(engine, AS_OF)
            finding.found(self.connection, AS_OF)
            growing.found(engine, orders, AS_OF)
            products.found(engine, AS_OF)
            coming_back.found(orders, facts, AS_OF)
            looking_ahead.found(self.connection, orders, facts, models, AS_OF)
            return time.perf_counter() - started

    def stored(self, card: dict[str, Any]) -> dict[str, float]:
        """Write a million rows; then a night in which nothing changed; then one in which every score did."""
        from django.db import connection as link

        from regulars.standings.services import card as cards
        from regulars.standings.services import wanted

        link.ensure_connection()
        with link.cursor() as cursor:
            without_people = {
                "sqlite": "PRAGMA foreign_keys=OFF",
                "postgresql": "SET session_replication_role = replica",
            }
            cursor.execute(without_people[link.vendor])  # they are not invented here
        report = {}
        with self.opened() as engine:
            wanted.learn(engine, AS_OF)
            wanted.reckon(engine, cards.models_of(card), cards.rhythms_of(card), AS_OF, cards.season_of(card))
            report["store_new_seconds"] = self._written(None)
            self._remembered()
            report["store_same_seconds"] = self._written(AS_OF)
            self.connection.execute("UPDATE wanted SET p_alive = 1 - p_alive, value_mils = value_mils + 1000")
            report["store_all_seconds"] = self._written(AS_OF)
        return report

    def _written(self, last: date | None) -> float:
        from regulars.standings.services import differing, writing

        self.connection.execute("DROP TABLE IF EXISTS differing")
        started = time.perf_counter()
        writing.write_rows(differing.changed(self.connection, AS_OF, last), home=self.folder, sentence="Writing")
        return round(time.perf_counter() - started, 2)

    def _remembered(self) -> None:
        """Let what was written stand as stored."""
        self.connection.execute("CREATE TABLE kept AS SELECT * FROM wanted")
        self.connection.execute("CREATE OR REPLACE VIEW standings AS SELECT * FROM kept")


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
                   hash(range + 5) % 200 = 0 AS cancelled,
                   CASE WHEN hash(range + 6) % 5 = 0 THEN 'web' ELSE 'shop' END AS channel
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
        "lines": "1::BIGINT AS order_id, 1::BIGINT AS product",
        "shares": "1::BIGINT AS customer, DATE '2026-01-01' AS told_on, 0.5::DOUBLE AS told_share",
        "notes": "1::BIGINT AS person_id, DATE '2026-01-01' AS day",
        "enquiries": "1::BIGINT AS person_id, DATE '2026-01-01' AS day, 1::BIGINT AS might_spend",
        "encounters": "1::BIGINT AS person_id, DATE '2026-01-01' AS day",
        "memories": "1::BIGINT AS customer, DATE '2026-01-01' AS told_on, DATE '2026-01-01' AS last_seen_on,"
        " 1::BIGINT AS usual_gap_days, 1::BIGINT AS usual_amount",
        "standings": "1::BIGINT AS person_id, "
        + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in STORED.items()),
    }
    for name, columns in empty.items():
        connection.execute(f"COPY (SELECT {columns} WHERE false) TO '{folder}/{name}-0.parquet'")


if __name__ == "__main__":
    raise SystemExit(main())
