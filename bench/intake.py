"""How long a shop's history takes to come in: a million order rows of 200,000 people, empty system, both databases.

    bench/intake.py [--rows 1000000] [--people 200000] [--only sqlite|postgresql] [--pages]

The file is a Shopify export: one row a line, a quarter of the orders on two rows, some refunded. The floor is plain
executemany (SQLite) or COPY (PostgreSQL) of the very rows that stand in the tables afterwards, with the same indexes,
in the same run. `--pages` asks the running house for every page without a number in its address meanwhile, and for
those of the first people that came in; `pages_slowest` names the slowest. One JSON object a database.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

TABLES = ("people_person", "people_email", "people_postaladdress", "people_searchword", "people_personkind",
          "purchases_order", "purchases_orderline", "purchases_refund", "purchases_persontotals")  # fmt: skip
HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Lineitem discount,Billing Name,Billing Address1,Billing City,Billing Zip,Billing Country,Cancelled at,"
    "Payment Method,Refunded Amount,Id"
).split(",")
LIMIT_SECONDS, LIMIT_MB, LIMIT_PAGE_MS = 60, 800, 400
SLOWEST, PAUSE_SECONDS = 8, 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--pages", action="store_true", help="ask for pages while the file comes in")
    parser.add_argument("--measure", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure, options.rows, options.people, pages=options.pages)))
        return
    for name in (options.only,) if options.only else ("sqlite", "postgresql"):
        subprocess.run([sys.executable, *sys.argv, "--measure", name], check=True)


def measured(name: str, rows: int, people: int, *, pages: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        cluster, server = None, 0
        os.environ |= {"REGULARS_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "regulars.settings"}
        if name == "postgresql":
            from regulars.kit.tests.postgres import Cluster

            cluster = Cluster()
            cluster.start()
            server = cluster.server.pid if cluster.server else 0
            os.environ["REGULARS_DATABASE_URL"] = cluster.make_database("bench")
        try:
            return {
                "bench": "intake",
                "database": name,
                **timed(Path(folder), rows, people, pages=pages, server=server),
            }
        finally:
            if cluster:
                cluster.stop()


def timed(folder: Path, rows: int, people: int, *, pages: bool, server: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from regulars.kit.services import set_up_business

    call_command("migrate", verbosity=0)
    set_up_business(name="Bench", zone="Europe/Berlin", currency="EUR", country="DE")
    path = folder / "orders.csv"
    write_export(path, rows, people)
    asker = Asker() if pages else None
    before = server_cpu(server)
    first, seconds, peak_mb, cpu_seconds = taken_in(path)
    server_seconds = server_cpu(server) - before
    waits = asker.stopped() if asker else {}
    again, again_seconds, _mb, _cpu = taken_in(path)
    floor_seconds = floor()
    found: dict[str, Any] = {
        "rows": rows,
        "people": first["people"]["new"],
        "orders": first["orders"]["new"],
        "seconds": round(seconds, 1),
        "rows_a_second": round(rows / seconds),
        "peak_mb": peak_mb,
        "cpu_seconds": round(cpu_seconds, 1),
        "server_cpu_seconds": round(server_seconds, 1),
        "again_seconds": round(again_seconds, 1),
        "again_changed": again["orders"]["new"] + again["orders"]["updated"],
        "floor_seconds": round(floor_seconds, 1),
        "times_the_floor": round(seconds / floor_seconds, 1),
        "reached": seconds <= LIMIT_SECONDS * rows / 1_000_000 and peak_mb < LIMIT_MB,
    }
    return found | (told(waits) if waits else {})


def told(waits: dict[str, list[float]]) -> dict[str, Any]:
    """What the pages took meanwhile: over all requests, and the pages with the longest 95th percentile."""
    every = [one for of_page in waits.values() for one in of_page]
    p95 = p95_ms(every)
    slowest = sorted(((p95_ms(of_page), page) for page, of_page in waits.items()), reverse=True)[:SLOWEST]
    return {
        "pages": len(waits),
        "page_requests": len(every),
        "pages_median_ms": round(statistics.median(every) * 1000),
        "pages_p95_ms": p95,
        "pages_longest_ms": round(max(every) * 1000),
        "pages_slowest": {page: ms for ms, page in slowest},
        "pages_reached": p95 <= LIMIT_PAGE_MS,
    }


def p95_ms(seconds: list[float]) -> int:
    """The 95th percentile in milliseconds; of fewer than twenty, the longest."""
    longest = statistics.quantiles(seconds, n=20)[-1] if len(seconds) >= 20 else max(seconds)
    return round(longest * 1000)


def taken_in(path: Path) -> tuple[dict[str, Any], float, int, float]:
    """Take the file in by a process of its own, as the house does; returns its answer, the time, the memory of it and
    its helpers (the highest each ever had, added up) and the processor seconds of them all."""
    started = time.perf_counter()
    code = (
        "import json, resource, sys, django; django.setup()\n"
        "from regulars.intake.services import import_files\n"
        "answer = import_files([sys.argv[1]])['files'][0]\n"
        "used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(json.dumps([answer, sum(one.ru_utime + one.ru_stime for one in used)]))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as taker:
        highest: dict[int, int] = {}
        while taker.poll() is None:
            for pid in (taker.pid, *kin(taker.pid)):
                highest[pid] = max(highest.get(pid, 0), high_water_kb(pid))
            time.sleep(0.1)
        seconds = time.perf_counter() - started
        assert taker.stdout is not None
        answer, cpu_seconds = json.loads(taker.stdout.read().splitlines()[-1])
    return answer, seconds, sum(highest.values()) // 1024, cpu_seconds


def kin(pid: int) -> list[int]:
    """The children of a process."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def high_water_kb(pid: int) -> int:
    """The most memory a process has had so far. Not its ru_maxrss, which begins with that of whoever started it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def server_cpu(pid: int) -> float:
    """Processor seconds of a PostgreSQL server and its processes, the ended ones too."""
    if not pid:
        return 0.0
    ticks = 0
    for one, is_server in ((pid, True), *((child, False) for child in kin(pid))):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15] if is_server else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def write_export(path: Path, rows: int, people: int) -> None:
    """Write an invented export; the same one every time."""
    chance = random.Random(7)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        written, number = 0, 1000
        while written < rows:
            number += 1
            lines = order_lines(chance, number, chance.randrange(people))[: rows - written]
            writer.writerows(lines)
            written += len(lines)


def order_lines(chance: random.Random, number: int, person: int) -> list[list[object]]:
    prices = [chance.randrange(500, 9000) for _ in range(2 if chance.random() < 0.25 else 1)]
    total = sum(prices)
    back = total if chance.random() < 0.02 else 0
    day = f"202{chance.randrange(3, 6)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    at = f"{day} {chance.randrange(24):02}:10:00 +0200"
    email = f"c{person}@shop{person % 97}.example.com"
    item = [1, f"Thing {prices[0] % 300}", euros(prices[0]), f"SKU{prices[0] % 300}", "0.00"]
    who = [f"Given{person % 400} Family{person}", f"Street {person % 500}", "Berlin", f"{10000 + person % 9000}", "DE"]
    head = [
        f"#{number}",
        email,
        "refunded" if back else "paid",
        at,
        "fulfilled",
        "yes" if person % 3 == 0 else "no",
        "EUR",
    ]
    sums = [euros(total), "0.00", euros(total // 6), euros(total), "", "0.00", at]
    found: list[list[object]] = [[*head, *sums, *item, *who, "", "card", euros(back), number]]
    for price in prices[1:]:
        more = [1, f"Thing {price % 300}", euros(price), f"SKU{price % 300}", "0.00"]
        found.append([f"#{number}", email, *[""] * 12, *more, *[""] * 9])
    return found


def euros(cents: int) -> str:
    return f"{cents / 100:.2f}"


class Asker:
    """Asks a house of this data folder for pages, one after the other, until it is stopped."""

    OF_ONE = ("/people/1/", "/people/?q=given7", "/people/?sort=newest", "/people/?consent=email", "/sales/?person=1")

    def __init__(self) -> None:
        from pages import plain_pages, signed_in
        from start import free_port

        from regulars.staff.services import create_owner

        create_owner(email="bench@example.com", display_name="Bench", password="green silk scarf 12")
        self.waits: dict[str, list[float]] = {}
        self.port = free_port()
        self.house = subprocess.Popen(
            [sys.executable, "-m", "regulars", "serve", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "REGULARS_DEMO": "yes"},  # the button to come in by
        )
        self.browser = urllib.request.build_opener()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._ask)
        self._wait_for_the_house()
        self.browser = signed_in(f"http://127.0.0.1:{self.port}")
        self.pages = [page for page in plain_pages() if self._is_page(page)]
        self.thread.start()

    def _is_page(self, path: str) -> bool:
        """Whether there is a page at this address: some only take answers, some lead elsewhere. Warms it, too."""
        try:
            with self.browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=30) as reply:  # our own house
                reply.read()
                return bool(reply.url.endswith(path))
        except urllib.error.HTTPError:
            return False

    def _wait_for_the_house(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                self._page("/healthz")
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("The house did not start.")

    def _page(self, path: str) -> float:
        """Seconds until a page is there."""
        started = time.perf_counter()
        with self.browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=30) as reply:  # our own house
            reply.read()
        return time.perf_counter() - started

    def _ask(self) -> None:
        while True:
            for path in [*self.pages, *self.OF_ONE]:
                if self.is_over.is_set():
                    return
                try:
                    self.waits.setdefault(path, []).append(self._page(path))
                except urllib.error.HTTPError as refused:
                    if refused.code != 404:  # the first people are not here yet
                        raise
                time.sleep(PAUSE_SECONDS)

    def stopped(self) -> dict[str, list[float]]:
        self.is_over.set()
        self.thread.join()
        self.house.terminate()
        self.house.wait()
        return self.waits


def floor() -> float:
    """Seconds for the plain writing of the very rows that stand in the tables, into copies with the same indexes."""
    from regulars.kit import database

    link = database.connection()
    total = 0.0
    for table in TABLES:
        with link.cursor() as cursor:
            copy, columns = _copy_of(cursor, table)
            cursor.execute(f"SELECT {columns} FROM {table}")  # our tables
            rows = cursor.fetchall()
            started = time.perf_counter()
            if database.is_postgres():
                with cursor.copy(f"COPY {copy} ({columns}) FROM STDIN") as stream:
                    for row in rows:
                        stream.write_row(row)
            else:
                marks = ", ".join("?" * len(columns.split(", ")))
                link.connection.execute("BEGIN")
                link.connection.executemany(f"INSERT INTO {copy} ({columns}) VALUES ({marks})", rows)  # our tables
                link.connection.execute("COMMIT")
            total += time.perf_counter() - started
    return total


def _copy_of(cursor: Any, table: str) -> tuple[str, str]:
    from regulars.kit import database

    copy = f"floor_{table}"
    if database.is_postgres():
        cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
            " ORDER BY ordinal_position",
            [table],
        )
        return copy, ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
    cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
    for kind, name, sql in cursor.fetchall():
        made = sql.replace(f'"{table}"', f'"{copy}"')
        cursor.execute(made if kind == "table" else made.replace(f'INDEX "{name}"', f'INDEX "floor_{name}"'))
    cursor.execute(f"SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0")  # our tables
    return copy, ", ".join(f'"{name}"' for (name,) in cursor.fetchall())


if __name__ == "__main__":
    main()
