"""Every page's p95 with a million people and two million orders, through the real server, signed in as the owner.

    python bench/pages.py [--people 1000000] [--orders N] [--data-dir FOLDER] [--requests 25]
                          [--database sqlite|postgresql] [--only TEXT]

With --data-dir a folder that bench/million.py filled is used as it is (with REGULARS_DATABASE_URL its database); else
one is made, filled and graded first. Asked for is every page whose address has no number in it, the list of people
by every filter, sort and way to search, every kind of line on Today, and the pages of the person with the longest
history. The floor in the same run is /healthz: the same server and no page to speak of. `cpu_ms` is what the server
(and PostgreSQL) worked for one request, which other work on the machine disturbs less than the time. Prints JSON.
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
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "bench"))

import million  # noqa: E402  # after the path
from start import free_port  # noqa: E402

TARGET_MS, SEARCH_TARGET_MS = 150, 100
FLOOR = "/healthz"
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
REGULAR = 1


@dataclass(frozen=True)
class Measured:
    median_ms: float
    p95_ms: float
    cpu_ms: float


def house(folder: str, url: str) -> dict[str, str]:
    inside = {"REGULARS_DATA_DIR": folder, "REGULARS_DEMO": "yes", "REGULARS_WORKER_INSIDE": "no"}
    return inside | ({"REGULARS_DATABASE_URL": url} if url else {})


def fill(people: int, orders: int) -> None:
    asked = ["--business", "Bench", "--owner-email", "bench@example.com", "--password-stdin", "--quiet"]
    regulars = [sys.executable, "-m", "regulars"]
    subprocess.run([*regulars, "setup", *asked], cwd=ROOT, check=True, input=b"a long bench password\n")
    rows = ["--people", str(people), "--orders", str(orders)]
    for command in ([sys.executable, "bench/million.py", *rows], [*regulars, "grade"]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


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


def pages() -> list[str]:
    """Every address to ask for; each once."""
    found = [*plain_pages(), *lines_of_the_day(), *lists_of_people(), *searches(), *pages_of_one()]
    return list(dict.fromkeys(found))


def plain_pages() -> list[str]:
    """The addresses without a part that varies, as they stand in the house; new rooms are found by themselves."""
    from django.urls import get_resolver

    def walk(patterns: Any, before: str) -> Iterator[str]:
        for one in patterns:
            address = before + str(one.pattern)
            if hasattr(one, "url_patterns"):
                yield from walk(one.url_patterns, address)
            elif "<" not in address and "(" not in address:
                yield "/" + address

    not_asked = ("/healthz", "/accounts/", "/sign", "/demo/", "/style/", "/first-run/")
    return [address for address in walk(get_resolver().url_patterns, "") if not address.startswith(not_asked)]


def lines_of_the_day() -> list[str]:
    from regulars.today.lines import BY_KEY

    kinds = [f"/today/kinds/{key}/" for key in BY_KEY]
    return [*kinds, "/today/kinds/thank_you/?from=500", "/today/kinds/birthday/?from=500", "/today/?on=2027-02-28"]


def lists_of_people() -> list[str]:
    """Every filter with up to three of its values, by name and newest; two large ones at once; from the middle."""
    from regulars.people import fields
    from regulars.people.queries import people_list

    chosen: list[dict[str, str]] = [{}]
    for field in fields.catalogue():
        if field.kind in {"choice", "flag"}:
            values = [value for value, _label in field.options()]
            chosen += [{field.key: value} for value in dict.fromkeys([*values[:1], *values[1::5][:1], *values[-1:]])]
        elif field.kind == "date":
            chosen += [{field.key: day} for day in ("2022-06-01", "2026-01-01", "2030-01-01")]
        elif field.kind == "number":
            chosen += [{field.key: number} for number in ("1", "4", "900", "1000000")]
    chosen += [
        {"consent": "email", "occasion_month": "5"},
        {"has_phone": "yes", "spent": "100"},
        {"orders": "2", "spent": "200"},
        {"consent": "email", "spent": "1000000"},
        {"has_phone": "no", "has_email": "no"},
    ]
    middle = people_list(limit=20, after="500000~m").after
    asked = [{**one, **sort} for one in chosen for sort in ({}, {"sort": "newest"})]
    return ["/people/?" + urlencode(one) for one in [*asked, {"after": middle}]]


def searches() -> list[str]:
    """A common name, beginnings, a whole name, a typing error, numbers, an address, an order, nobody."""
    from regulars.people.models import Email, Person, Phone
    from regulars.purchases.models import Order

    person = Person.objects.get(pk=somebody())
    given, family = person.full_name.split()
    phone = Phone.objects.filter(person_id__gte=person.pk).order_by("person_id")[0].e164
    texts = [
        "anna", "an", "a", "stein", person.full_name, f"{given[:3]} {family[:3]}", "anna b",
        family[:2] + family[3] + family[2] + family[4:], f"{given} {family[:2]}x{family[3:]}", phone, phone[-6:],
        Email.objects.get(person_id=person.pk).address, Order.objects.order_by("-pk")[0].reference, "tag 7", "zzqx 12",
    ]  # fmt: skip
    asked = [f"/people/?{urlencode({'q': text})}" for text in dict.fromkeys(texts)]
    narrowed = "/people/?" + urlencode({"q": "anna", "has_phone": "yes"})
    picks = [f"{path}?{urlencode({'q': 'anna'})}" for path in ("/people/search/", "/sales/", "/sales/new/people/")]
    return [*asked, narrowed, *picks]


def somebody() -> int:
    """Whoever stands in the middle of the book."""
    from regulars.people.models import Person

    people = Person.objects.gradable().order_by("pk").values_list("pk", flat=True)
    return people.filter(pk__gte=(people.last() or 0) // 2)[0]


def pages_of_one() -> list[str]:
    """The person with the longest history and somebody else; one order, one letter, one wording; tabs, far pages."""
    from regulars.outreach.models import Touch, Wording
    from regulars.outreach.queries.outbox import TABS
    from regulars.purchases.models import Order

    order, touch = Order.objects.order_by("-pk").first(), Touch.objects.order_by("-pk").first()
    found = [f"/people/{pk}/{part}" for pk in (REGULAR, somebody()) for part in ("", "edit/", "timeline/")]
    found += [f"/sales/?person={REGULAR}", f"/sales/{order.pk}/" if order else "", "/sales/?after=2024-05-01.1"]
    found += [f"/outbox/{touch.pk}/" if touch else "", *(f"/outbox/?tab={tab}" for tab in TABS)]
    found += ["/outbox/?tab=sent&page=5000", f"/settings/log/?person={REGULAR}"]
    found += [f"/words/{key}/" for key in Wording.objects.values_list("key", flat=True)[:2]]
    return [page for page in found if page]


def worked_ms(pids: list[int]) -> float:
    """Processor time so far of these processes and all below them; of children that ended, what they handed up."""
    children: dict[int, list[tuple[int, int]]] = {}
    own: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid, ticks = int(stat.parent.name), sum(int(rest[place]) for place in (11, 12, 13, 14))
        own[pid] = ticks
        children.setdefault(int(rest[1]), []).append((pid, ticks))
    total, waiting = sum(own.get(pid, 0) for pid in pids), list(pids)
    while waiting:
        below = children.get(waiting.pop(), [])
        total += sum(ticks for _pid, ticks in below)
        waiting += [pid for pid, _ticks in below]
    return total * TICK_MS


def measured(browser: urllib.request.OpenerDirector, url: str, requests: int, pids: list[int]) -> Measured:
    """Median, 95th percentile (of few requests the slowest of them) and work in milliseconds, after one warm-up."""
    browser.open(url).read()
    times, before = [], worked_ms(pids)
    for _ in range(requests):
        started = time.perf_counter()
        browser.open(url).read()
        times.append((time.perf_counter() - started) * 1000)
    work = (worked_ms(pids) - before) / requests
    return Measured(statistics.median(times), min(statistics.quantiles(times, n=20)[18], max(times)), work)


def all_measured(address: str, requests: int, only: str, pids: list[int]) -> dict[str, Measured]:
    """Ask for the floor, then for every page that is one: an address that only takes answers says 405 and is none."""
    browser, found = signed_in(address), {}
    for page in [FLOOR, *(page for page in pages() if only in page)]:
        try:
            found[page] = measured(browser, address + page, requests, pids)
        except urllib.error.HTTPError as refused:
            if refused.code not in {404, 405}:
                raise SystemExit(f"{page} answered {refused.code}.") from refused
    return found


def told(found: dict[str, Measured], people: int, database: str, requests: int) -> dict[str, Any]:
    floor = found.pop(FLOOR)
    rows = {
        page: {
            "median_ms": round(one.median_ms, 1),
            "p95_ms": round(one.p95_ms, 1),
            "cpu_ms": round(one.cpu_ms, 1),
            "ratio_to_floor": round(one.p95_ms / floor.p95_ms, 1),
        }
        for page, one in sorted(found.items(), key=lambda item: -item[1].p95_ms)
    }
    searched = [one.p95_ms for page, one in found.items() if "?q=" in page]
    worst = next(iter(rows))
    return {
        "bench": "pages", "database": database, "people": people, "pages": len(rows), "requests": requests,
        "floor": "/healthz on the same server", "floor_p95_ms": round(floor.p95_ms, 1),
        "floor_cpu_ms": round(floor.cpu_ms, 1),
        "worst": worst, "worst_p95_ms": rows[worst]["p95_ms"], "target_ms": TARGET_MS,
        "search_worst_p95_ms": round(max(searched, default=0), 1), "search_target_ms": SEARCH_TARGET_MS,
        "over": [page for page, one in found.items() if one.p95_ms > (100 if "?q=" in page else TARGET_MS)],
        "all": rows,
    }  # fmt: skip


def serve_and_measure(options: argparse.Namespace, cluster: Any) -> dict[str, Any]:
    port = free_port()
    command = [sys.executable, "-m", "regulars", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(address + FLOOR).read()
                break
            except OSError:
                time.sleep(0.1)
        pids = [server.pid, *([cluster.server.pid] if cluster else []), *options.also]
        found = all_measured(address, options.requests, options.only, pids)
    finally:
        server.terminate()
        server.wait(timeout=30)
    return told(found, options.people, options.database, options.requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, help="two a person if not said")
    parser.add_argument("--data-dir", help="a folder that is filled already")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--requests", type=int, default=25)
    parser.add_argument("--only", default="", help="only addresses with this in them")
    parser.add_argument("--also", type=int, nargs="*", default=[], help="processes whose work counts too")
    options = parser.parse_args()
    cluster, url = None, os.environ.get("REGULARS_DATABASE_URL", "")
    if options.database == "postgresql" and not url:
        from regulars.kit.tests.postgres import Cluster

        cluster = Cluster()
        url = cluster.make_database("bench")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= house(options.data_dir or scratch, url)
        try:
            if cluster or not options.data_dir:
                fill(options.people, 2 * options.people if options.orders is None else options.orders)
            million.set_up()
            print(json.dumps(serve_and_measure(options, cluster), indent=1))
        finally:
            if cluster:
                cluster.stop()


if __name__ == "__main__":
    main()
