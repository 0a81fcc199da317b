"""A million order rows of two hundred thousand people into an empty house, through `regulars import`.

    python bench/intake.py [--rows 1000000] [--people 200000] [--database sqlite|postgresql|both]

Measures the whole command (reading, people, orders, totals, standings), its memory, and what /people/ and /sales/ took
meanwhile (p95). The floor in the same run: the same rows written into one bare table by executemany (SQLite) or COPY
(PostgreSQL), parsed from the same file by Python's csv. Prints one JSON object a database.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT)]

from pages import signed_in  # noqa: E402  # after the path
from start import free_port  # noqa: E402

HEADER = ["Order", "Date", "Customer name", "Customer email", "Total", "Item"]


def write_file(path: Path, rows: int, people: int) -> None:
    chance, first = random.Random(11), date(2022, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(HEADER)
        for number in range(1, rows + 1):
            who = min(int(chance.expovariate(3 / people)), people - 1) if number > people else number - 1
            day = first + timedelta(days=number * 1700 // rows)
            price = f"{chance.randint(500, 25000) / 100:.2f}"
            sheet.writerow(
                [f"A{number}", day, f"Nora Keller {who}", f"c{who}@example.com", price, f"Thing {number % 180}"]
            )


def read_rows(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        sheet = csv.reader(file)
        next(sheet)
        return [tuple(row) for row in sheet]


def floor_sqlite(path: Path, folder: Path) -> float:
    started = time.perf_counter()
    link = sqlite3.connect(folder / "floor.sqlite3")
    link.execute("CREATE TABLE o (a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT)")
    link.executemany("INSERT INTO o VALUES (?,?,?,?,?,?)", read_rows(path))
    link.commit()
    link.close()
    return time.perf_counter() - started


def floor_postgres(path: Path, url: str) -> float:
    import psycopg

    started = time.perf_counter()
    with psycopg.connect(url) as link, link.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_o (a text, b text, c text, d text, e text, f text)")
        with cursor.copy("COPY floor_o FROM STDIN") as copy:
            for row in read_rows(path):
                copy.write_row(row)
        link.commit()
        cursor.execute("DROP TABLE floor_o")
    return time.perf_counter() - started


class Visitor(threading.Thread):
    """Somebody who keeps looking at pages while the file comes in."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.browser, self.address = signed_in(address), address
        self.stop, self.times = threading.Event(), []  # type: ignore[var-annotated]

    def run(self) -> None:
        while not self.stop.is_set():
            for page in ("/people/", "/sales/"):
                started = time.perf_counter()
                self.browser.open(self.address + page, timeout=60).read()
                self.times.append((time.perf_counter() - started) * 1000)
            self.stop.wait(0.5)


def measure(path: Path, folder: Path, url: str, rows: int) -> dict[str, Any]:
    environment = {**os.environ, "REGULARS_DATA_DIR": str(folder), "REGULARS_DEMO": "yes", "REGULARS_DATABASE_URL": url}
    asked = ["--business", "Bench", "--owner-email", "bench@example.com", "--password-stdin", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "regulars", "setup", *asked],
        cwd=ROOT,
        env=environment,
        input=b"a long bench password\n",
        check=True,
    )
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "regulars", "serve", "--port", str(port), "--no-worker"], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address + "/healthz").read()
                break
            except OSError:
                time.sleep(0.1)
        visitor = Visitor(address)
        visitor.start()
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "regulars", "import", str(path), "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=True,
        )
        seconds = time.perf_counter() - started
        visitor.stop.set()
        visitor.join()
    finally:
        server.terminate()
        server.wait(timeout=30)
    file = json.loads(done.stdout)["files"][0]
    floor = floor_postgres(path, url) if url else floor_sqlite(path, folder)
    return {
        "bench": "intake",
        "database": "postgresql" if url else "sqlite",
        "rows": rows,
        "people": file["people"]["new"],
        "orders": file["orders"]["new"],
        "seconds": round(seconds, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "floor_seconds": round(floor, 1),
        "times_the_floor": round(seconds / floor, 1),
        "pages_meanwhile": len(visitor.times),
        "pages_p95_ms": round(statistics.quantiles(visitor.times, n=20)[18]) if len(visitor.times) > 1 else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "orders.csv"
        write_file(path, options.rows, options.people)
        if options.database != "postgresql":
            print(json.dumps(measure(path, Path(scratch) / "sqlite", "", options.rows)), flush=True)
        if options.database != "sqlite":
            from regulars.kit.tests.postgres import Cluster

            cluster = Cluster(is_durable=True)
            try:
                url = cluster.make_database("bench")
                print(json.dumps(measure(path, Path(scratch) / "postgres", url, options.rows)), flush=True)
            finally:
                cluster.stop()


if __name__ == "__main__":
    main()
