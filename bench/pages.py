"""Every page's p95 with a million people, through the real server, signed in as the owner.

    python bench/pages.py [--people 1000000] [--data-dir FOLDER] [--requests 40]

With --data-dir a folder that bench/million.py filled is used as it is; else one is made and filled first. The floor in
the same run is /healthz: the same server and no page to speak of. Prints JSON.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from start import free_port  # noqa: E402  # after the path

PAGES = [
    "/today/", "/today/kinds/thank_you/", "/people/", "/people/?q=anna", "/people/?q=stein", "/people/5000/",
    "/people/new/", "/sales/",
    "/sales/new/", "/groups/", "/intake/", "/outbox/", "/words/", "/settings/", "/settings/health/",
]  # fmt: skip


def environment(folder: str) -> dict[str, str]:
    return {**os.environ, "REGULARS_DATA_DIR": folder, "REGULARS_DEMO": "yes", "REGULARS_WORKER_INSIDE": "no"}


def run(folder: str, *words: str) -> None:
    subprocess.run([sys.executable, *words], env=environment(folder), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def fill(folder: str, people: int) -> None:
    asked = ["--business", "Bench", "--owner-email", "bench@example.com", "--password-stdin", "--quiet"]
    command = [sys.executable, "-m", "regulars", "setup", *asked]
    subprocess.run(command, env=environment(folder), cwd=ROOT, check=True, input=b"a long bench password\n")
    run(folder, "bench/million.py", "--people", str(people))
    run(folder, "-m", "regulars", "grade")


def signed_in(address: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(address + "/").read().decode()
    action = re.search(r'action="([^"]*demo[^"]*)"', page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if not action or not token:
        raise SystemExit("The button “Enter as the owner” is missing: is there an owner in this folder?")
    body = f"csrfmiddlewaretoken={token.group(1)}".encode()
    browser.open(
        urllib.request.Request(address + action.group(1), data=body, headers={"Referer": address + "/"})
    ).read()
    return browser


def p95(browser: urllib.request.OpenerDirector, url: str, requests: int) -> tuple[float, float]:
    """Median and 95th percentile of milliseconds, after one warm-up."""
    browser.open(url).read()
    times = []
    for _ in range(requests):
        started = time.perf_counter()
        browser.open(url).read()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--data-dir")
    parser.add_argument("--requests", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.data_dir or scratch
        if not options.data_dir:
            fill(folder, options.people)
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "regulars", "serve", "--port", str(port)], env=environment(folder), cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(address + "/healthz").read()
                    break
                except OSError:
                    time.sleep(0.1)
            browser = signed_in(address)
            measured = {page: p95(browser, address + page, options.requests) for page in ["/healthz", *PAGES]}
        finally:
            server.terminate()
            server.wait(timeout=30)
    floor = measured.pop("/healthz")
    pages = {
        page: {"median_ms": round(mid, 1), "p95_ms": round(high, 1), "ratio_to_floor": round(high / floor[1], 1)}
        for page, (mid, high) in measured.items()
    }
    worst = max(pages, key=lambda page: pages[page]["p95_ms"])
    print(
        json.dumps(
            {
                "bench": "pages",
                "people": options.people,
                "requests": options.requests,
                "floor": "/healthz on the same server",
                "floor_p95_ms": round(floor[1], 1),
                "worst": worst,
                "worst_p95_ms": pages[worst]["p95_ms"],
                "pages": pages,
            }
        )
    )


if __name__ == "__main__":
    main()
