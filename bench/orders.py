"""How many orders a second the house records, against the plain writing of the same rows, on both databases.

    bench/orders.py [--orders 200000] [--batch 10000] [--only sqlite|postgresql]

Orders come as a shop exports them, oldest first, one line each, five orders a person, into an empty system; then the
same orders once more (all seen). The floor is executemany (SQLite) or COPY (PostgreSQL) of the very rows that stand in
the tables afterwards, with the same indexes, in transactions of the same size. One JSON object a database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from regulars.purchases.services import NewOrder

TABLES = ("purchases_order", "purchases_orderline", "purchases_persontotals")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--measure", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure, options.orders, options.batch)))
        return
    for name in (options.only,) if options.only else ("sqlite", "postgresql"):
        subprocess.run([sys.executable, *sys.argv, "--measure", name], check=True)


def measured(name: str, count: int, batch: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        cluster = None
        os.environ |= {"REGULARS_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "regulars.settings"}
        if name == "postgresql":
            from regulars.kit.tests.postgres import Cluster

            cluster = Cluster()
            cluster.start()
            os.environ["REGULARS_DATABASE_URL"] = cluster.make_database("bench")
        try:
            return {"bench": "orders", "database": name, **timed(count, batch)}
        finally:
            if cluster:
                cluster.stop()


def timed(count: int, batch: int) -> dict[str, object]:
    import django

    django.setup()
    from django.core.management import call_command

    from regulars.purchases.services import record_orders

    call_command("migrate", verbosity=0)
    person_ids = people(count // 5)
    record_seconds, longest = clocked(record_orders, batches(count, batch, person_ids))
    seen_seconds, _ = clocked(record_orders, batches(count, batch, person_ids))
    floor_seconds = floor(batch)
    return {
        "orders": count,
        "people": len(person_ids),
        "batch": batch,
        "orders_per_second": round(count / record_seconds),
        "longest_batch_ms": round(longest * 1000),
        "seen_per_second": round(count / seen_seconds),
        "floor_orders_per_second": round(count / floor_seconds),
        "times_the_floor": round(record_seconds / floor_seconds, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def people(count: int) -> list[int]:
    from regulars.kit.services import set_up_business
    from regulars.people.models import Person

    set_up_business(name="Bench", zone="Europe/Berlin", currency="EUR")
    return [p.pk for p in Person.objects.bulk_create((Person() for _ in range(count)), batch_size=5000)]


def batches(count: int, batch: int, person_ids: list[int]) -> Iterator[list[NewOrder]]:
    """The same orders every time, made while nobody looks at the clock."""
    dice = random.Random(7)
    for first in range(0, count, batch):
        yield [new_order(dice, number, count, person_ids) for number in range(first, min(first + batch, count))]


def new_order(dice: random.Random, number: int, count: int, person_ids: list[int]) -> NewOrder:
    from regulars.purchases.services import NewLine, NewOrder

    amount = Decimal(dice.randrange(100, 20000)) / 100
    return NewOrder(
        source="bench",
        reference=f"#{100000 + number}",
        person_id=dice.choice(person_ids),
        bought_on=date(2023, 1, 1) + timedelta(days=number * 1000 // count),
        paid_amount=amount,
        tax_amount=(amount / 6).quantize(Decimal("0.01")),
        lines=(NewLine(f"Thing {dice.randrange(300)}", amount=amount),),
    )


def clocked(act: Callable[[list[NewOrder]], object], made: Iterator[list[NewOrder]]) -> tuple[float, float]:
    """Seconds in all, and of the longest batch."""
    total = longest = 0.0
    for batch in made:
        before = time.perf_counter()
        act(batch)
        took = time.perf_counter() - before
        total, longest = total + took, max(longest, took)
    return total, longest


def floor(batch: int) -> float:
    """Write the rows that stand in the tables once more, into emptied tables, and nothing else."""
    from django.db import connection, transaction

    rows = {table: table_rows(connection, table) for table in TABLES}
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DELETE FROM {table}")
    seconds = 0.0
    for table, (columns, found) in rows.items():
        for first in range(0, len(found), batch):
            started = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                write(connection, cursor, table, columns, found[first : first + batch])
            seconds += time.perf_counter() - started
    return seconds


def table_rows(connection: BaseDatabaseWrapper, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    from django.apps import apps

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")
        return columns, [tuple(str(v) if isinstance(v, date) else v for v in row) for row in cursor.fetchall()]


def write(connection: BaseDatabaseWrapper, cursor: Any, table: str, columns: list[str], rows: list[Any]) -> None:
    names = ", ".join(columns)
    if connection.vendor == "sqlite":
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", rows)
        return
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


if __name__ == "__main__":
    main()
