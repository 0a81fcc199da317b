"""How long from `regulars serve` to the first page, and how much memory an idle house holds.

    python bench/start.py        (a fresh folder each time, started twice: new, and once more; prints JSON)

The floor, in the same run: a bare Django application served by the same server, with one plain view and no worker.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 2
IDLE_SECONDS = 10
BARE = """
import sys
from django.conf import settings
if not settings.configured:
    settings.configure(DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF="bare", SECRET_KEY="bench")
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("healthz", lambda request: HttpResponse("ok"))]
application = get_wsgi_application()
if __name__ == "__main__":
    from granian.constants import Interfaces
    from granian.server import Server
    Server("bare:application", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI).serve()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def tree_megabytes(pid: int) -> float:
    """Proportional memory of a process and all below it (what it costs the machine, shared pages counted once)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return total


def first_page(command: list[str], path: str, environment: dict[str, str], cwd: Path) -> tuple[float, float]:
    """Seconds to the first answered page, and megabytes after standing idle."""
    port = free_port()
    started = time.perf_counter()
    server = subprocess.Popen(
        [*command, str(port)], env=environment, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - started < 120 and server.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).read()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        seconds = time.perf_counter() - started
        time.sleep(IDLE_SECONDS)
        return seconds, tree_megabytes(server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


def median(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def main() -> None:
    new, house, bare = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "REGULARS_DATA_DIR": folder, "PYTHONPATH": f"{ROOT}:{folder}"}
            (Path(folder) / "bare.py").write_text(BARE)
            bare.append(first_page([sys.executable, f"{folder}/bare.py"], "/healthz", environment, Path(folder)))
            command = [sys.executable, "-m", "regulars", "serve", "--port"]
            new.append(first_page(command, "/", environment, ROOT))
            house.append(first_page(command, "/", environment, ROOT))
    (seconds, megabytes), (floor_seconds, floor_megabytes) = median(house), median(bare)
    print(
        json.dumps(
            {
                "bench": "start",
                "runs": RUNS,
                "first_page_seconds": round(seconds, 2),
                "first_page_of_a_new_house_seconds": round(median(new)[0], 2),
                "idle_megabytes": round(megabytes),
                "floor": "a bare Django view on the same server",
                "floor_first_page_seconds": round(floor_seconds, 2),
                "floor_idle_megabytes": round(floor_megabytes),
                "ratio_seconds": round(seconds / floor_seconds, 1),
                "ratio_megabytes": round(megabytes / floor_megabytes, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
