"""How many letters a second leave, and what the poller costs when a hundred thousand wait.

    python bench/sending.py --letters 2000 --connections 8 --waiting 100000

The server is a process of its own on this machine that accepts at once (`--delay-ms 1000 --connections 96` shows a slow
one). The floor is the bare work in the same run: the same letters built as MIME and handed over one after another by
smtplib on one kept-open connection. `ratio` compares the rates, `cpu_ratio` the seconds of processor time a letter,
which others on the machine disturb less. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.outreach.channels.email.letters import Letter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("letters", 2000), ("connections", 8), ("waiting", 100_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--floor", type=int, default=1500, help="how many letters the floor sends")
    parser.add_argument("--delay-ms", type=float, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="regulars-sending-"))
    os.environ.update(REGULARS_DATA_DIR=str(folder), REGULARS_TESTING="yes", DJANGO_SETTINGS_MODULE="regulars.settings")
    os.environ.pop("REGULARS_DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    try:
        print(json.dumps({"bench": "sending", "database": "sqlite", **_measure(folder, options)}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    from regulars.outreach.channels.email.wire import built
    from regulars.outreach.tests import crash_trial
    from regulars.outreach.tests.builders import a_mailbox, a_shop, many_people
    from regulars.outreach.tests.plain_mime import plain_mime

    a_shop()
    server, port = crash_trial.start_server(folder, options.delay_ms, 0)
    try:
        a_mailbox(port, connections=options.connections)
        people = many_people(options.letters)
        asleep = _wait(people, options.waiting)
        idle_ms = _poll_ms()
        plan_s, approve_s = _plan(people)
        began = time.process_time()
        seconds = _send()
        cpu = (time.process_time() - began) / options.letters
        letters = _letters()[: options.floor]
        floor, floor_cpu = _floor(port, letters, plain_mime)
        own_floor, own_floor_cpu = _floor(port, letters, built)
    finally:
        server.kill()
        server.wait()
    rate, floor_rate = options.letters / seconds, len(letters) / floor
    return {
        "letters": options.letters,
        "connections": options.connections,
        "delay_ms": options.delay_ms,
        "waiting": asleep,
        "idle_poll_ms": round(idle_ms, 2),
        "plan_per_second": round(options.letters / plan_s),
        "approve_per_second": round(options.letters / approve_s),
        "letters_per_second": round(rate),
        "floor_letters_per_second": round(floor_rate),
        "ratio": round(rate / floor_rate, 3),
        "cpu_us_a_letter": round(cpu * 1e6),
        "floor_cpu_us_a_letter": round(floor_cpu * 1e6),
        "cpu_ratio": round(floor_cpu / cpu, 3),
        "own_floor_letters_per_second": round(len(letters) / own_floor),
        "own_floor_cpu_us_a_letter": round(own_floor_cpu * 1e6),
        "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _wait(people: list[int], n: int) -> int:
    """Approved letters of next week, so that the poller has something to look past."""
    from regulars.kit import clock
    from regulars.outreach.models import Touch

    now = clock.now()
    usual = {
        "programme": "later",
        "channel": "email",
        "purpose": "service",
        "priority": 50,
        "state": "approved",
        "due_at": now + timedelta(days=7),
        "subject": "Later",
        "body": "Later.",
        "draft_hash": "x",
        "created_at": now,
        "changed_at": now,
    }
    rows = (Touch(person_id=people[i % len(people)], occurrence=str(i), **usual) for i in range(n))
    return len(Touch.objects.bulk_create(rows, batch_size=2000))


def _poll_ms() -> float:
    from regulars.outreach.services import send_due

    send_due()
    started = time.perf_counter()
    for _again in range(20):
        send_due()
    return (time.perf_counter() - started) * 50


def _plan(people: list[int]) -> tuple[float, float]:
    from regulars.outreach import services
    from regulars.outreach.models import Touch
    from regulars.outreach.queries import open_batches
    from regulars.outreach.tests.builders import a_new_touch

    body = "Dear Guest,\n\nthank you for coming in. I hope the scarf is all you hoped for.\n\nUntil soon\nMaya"
    started = time.perf_counter()
    ids = services.plan_touches([a_new_touch(pk, body=body) for pk in people]).ids
    planned = time.perf_counter()
    services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
    for batch in open_batches():
        services.go_on(batch, None)
    return planned - started, time.perf_counter() - planned


def _send() -> float:
    from regulars.outreach.models import Touch
    from regulars.outreach.services import send_due

    started = time.perf_counter()
    while Touch.objects.filter(programme="thank-you").exclude(state="sent").exists():
        send_due()
    return time.perf_counter() - started


def _letters() -> list[Letter]:
    """The very letters that left."""
    from regulars.outreach.channels.email.envelopes import Stationery
    from regulars.outreach.models import Touch

    rows = list(Touch.objects.filter(programme="thank-you").select_related("account").order_by("pk"))
    stationery = Stationery(rows, rows[0].account)
    return [stationery.letter(row) for row in rows]


def _floor(port: int, letters: list[Letter], written: Callable[[Letter], bytes]) -> tuple[float, float]:
    """Seconds by the clock for all, and of processor time a letter."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        started, began = time.perf_counter(), time.process_time()
        for letter in letters:
            smtp.sendmail(letter.sender.address, letter.to_address, written(letter))
        return time.perf_counter() - started, (time.process_time() - began) / len(letters)


if __name__ == "__main__":
    sys.exit(main())
