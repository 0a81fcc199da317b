"""One mailing to very many: how fast it is planned, with how much memory, and how long a thank-you waits meanwhile.

    python bench/mailing.py --sizes 1000,100000,1000000 --fair 500000 [--only sqlite|postgresql]

Each size is a process of its own on a fresh installation. `ledger`: so many touches planned one after another as a
programme does. `mailing`: made, looked up (gathered), begun with the owner's yes and handed to the ledger, each by the
very function that the worker calls. Wall and processor seconds, because others share the machine; of memory the most
that the process held, and how much of that was more than before. `fair`: while a mailing is written and goes out to a
server that accepts at once, a thank-you is approved; its wait is from the yes to the moment it left. `pages`: what
its pages take then. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.outreach.models import Mailing

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WORDS = "{{ greeting }},\n\nfrom Monday on we are open until eight in the evening.\n\nUntil soon\n{{ signature }}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--fair", type=int, default=500_000)
    parser.add_argument("--seconds", type=float, default=60, help="how long the mailing goes out before it ends")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_here(options.here, options.size, options.seconds)))
        return 0
    found: dict[str, Any] = {"bench": "mailing", "database": options.only}
    for size in (int(one) for one in options.sizes.split(",") if one):
        found[f"ledger_{size}"] = _in_its_own_process("ledger", size, options)
        found[f"mailing_{size}"] = _in_its_own_process("mailing", size, options)
    if options.fair:
        found["fair"] = _in_its_own_process("fair", options.fair, options)
    print(json.dumps(found))
    return 0


def _in_its_own_process(what: str, size: int, options: argparse.Namespace) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-mailing-"))
    environment = {
        **os.environ,
        "REGULARS_DATA_DIR": str(folder),
        "REGULARS_TESTING": "yes",
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
    }
    environment.pop("REGULARS_DATABASE_URL", None)
    cluster = None
    if options.only == "postgresql":
        from regulars.kit.tests.postgres import Cluster

        cluster = Cluster(is_durable=True)
        environment["REGULARS_DATABASE_URL"] = cluster.make_database("bench")
    try:
        for step in ("fill", what):
            command = [sys.executable, __file__, "--here", step, "--size", str(size), "--seconds", str(options.seconds)]
            said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return dict(json.loads(said.splitlines()[-1]))


def _here(what: str, size: int, seconds: float) -> dict[str, Any]:
    import django

    django.setup()
    if what == "fill":
        return _fill(size)
    return {"ledger": _ledger, "mailing": _mailing}[what](size) if what != "fair" else _fair(size, seconds)


def _fill(size: int) -> dict[str, Any]:
    from django.core.management import call_command

    from bench.million import load_people
    from regulars.kit.database import measure_tables
    from regulars.outreach.services import save_wording
    from regulars.outreach.tests.builders import a_shop

    call_command("migrate", verbosity=0)
    a_shop()
    save_wording(
        "hours", name="Hours", subject="We are open longer, {{ first_name | default: 'come by' }}", body=WORDS, by=None
    )
    load_people(size)
    measure_tables()
    return {}


def _timed(act: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return {"seconds": round(time.perf_counter() - wall, 2), "cpu_seconds": round(time.process_time() - cpu, 2)}


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _ledger(size: int) -> dict[str, Any]:
    from regulars.outreach.services import NewTouch, plan_touches

    body = "Dear Guest,\n\nthank you for coming in. I hope the scarf is all you hoped for.\n\nUntil soon\nMaya"
    before = _memory()
    touches = (NewTouch(pk, "thank-you", "2026", subject="Thank you", body=body) for pk in range(1, size + 1))
    took = _timed(lambda: plan_touches(touches))
    return {**_rates(took, size), "memory_mb": _memory(), "memory_more_mb": _memory() - before}


def _rates(took: dict[str, float], size: int) -> dict[str, float]:
    return {
        **took,
        "planned_per_second": round(size / took["seconds"]) if took["seconds"] else 0,
        "seconds_for_100000": round(took["seconds"] * 100_000 / size, 2),
        "cpu_seconds_for_100000": round(took["cpu_seconds"] * 100_000 / size, 2),
    }


def _made() -> Mailing:
    from regulars.outreach.services import mailings
    from regulars.people.queries.matching import Asked

    new = mailings.NewMailing("bench", "Opening hours", "hours", Asked(is_list=True))
    return mailings.make_mailing(new, None)


def _gathered() -> tuple[Mailing, dict[str, float]]:
    """As the worker would, in this process."""
    from regulars.outreach.models import Mailing
    from regulars.outreach.services import mailings

    mailing = _made()
    mailings.gather(mailing)
    took = _timed(lambda: mailings.gather_mailing.func(mailing.pk))
    mailing.refresh_from_db()
    assert mailing.stage == Mailing.Stage.READY, mailing.stage
    return mailing, took


def _mailing(size: int) -> dict[str, Any]:
    from regulars.outreach.models import Touch
    from regulars.outreach.services import mailings

    before = _memory()
    mailing, gathered = _gathered()
    gathering_mb = _memory()
    mailings.begin_mailing(mailing, None)
    went = _timed(lambda: mailings.carry_on_mailing.func(mailing.pk))
    planned = Touch.objects.count()
    return {
        "gathered": {**_rates(gathered, size), "memory_mb": gathering_mb},
        **_rates(went, planned),
        "planned": planned,
        "left_out": mailing.found["ways"]["out"],
        "memory_before_mb": before,
        "memory_mb": _memory(),
    }


def _fair(size: int, seconds: float) -> dict[str, Any]:
    """Gathered first; then it begins, a worker plans and sends, and every ten seconds a thank-you is approved."""
    from regulars.outreach.models import Batch, State, Touch
    from regulars.outreach.services import mailings
    from regulars.outreach.services.approving import go_on
    from regulars.outreach.tests import crash_trial
    from regulars.outreach.tests.builders import a_mailbox

    mailing, _took = _gathered()
    server, port = crash_trial.start_server(Path(os.environ["REGULARS_DATA_DIR"]), 0, 0)
    work = None
    try:
        a_mailbox(port, connections=8)
        work = subprocess.Popen([sys.executable, "-m", "regulars", "work"], cwd=ROOT, stderr=subprocess.DEVNULL)
        mailings.begin_mailing(mailing, None)
        began = time.monotonic()
        waits: list[tuple[str, float, float]] = []
        while time.monotonic() - began < 3600:
            mailing.refresh_from_db()
            waits.append((mailing.stage, *_a_thank_you(len(waits))))
            if mailing.stage == "gone":
                break
        planned_s = time.monotonic() - began
        for batch in Batch.objects.filter(released_at=None):
            go_on(batch, None)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            waits.append(("going out", *_a_thank_you(len(waits))))
        sent = Touch.objects.filter(programme=mailing.programme, state=State.SENT).count()
        peak = _peak(work.pid)
        pages = _pages(mailing)
    finally:
        if work is not None:
            work.terminate()
            work.wait(60)
        server.kill()
        server.wait()
    planning = [wait for stage, _yes, wait in waits if stage != "going out"]
    going = [wait for stage, _yes, wait in waits if stage == "going out"]
    return {
        "recipients": size,
        "planned_beside_sending_seconds": round(planned_s, 1),
        "sent_of_the_mailing": sent,
        "thank_yous": len(waits),
        "thank_you_waited_seconds": round(max(wait for _stage, _yes, wait in waits), 2),
        "waited_while_planning_seconds": round(max(planning), 2),
        "waited_while_going_seconds": round(max(going), 2),
        "the_yes_took_seconds": round(max(yes for _stage, yes, _wait in waits), 2),
        "worker_memory_mb": peak,
        "pages_ms": pages,
    }


def _a_thank_you(number: int) -> tuple[float, float]:
    """Plan and approve one; seconds that the yes took, and until it left."""
    from regulars.outreach import services
    from regulars.outreach.models import State, Touch
    from regulars.outreach.services import NewTouch

    person_id = 1 + number * 7
    began = time.monotonic()
    (pk,) = services.plan_touches(
        [NewTouch(person_id, "thank-you", f"order-{number}", subject="Thank you", body="Dear Guest,\n\nthank you.")]
    ).ids
    row = Touch.objects.get(pk=pk)
    services.approve([pk], None, {pk: row.draft_hash})
    yes = time.monotonic() - began
    while not Touch.objects.filter(pk=pk, state__in=(State.SENT, State.DELIVERED)).exists():
        time.sleep(0.05)
        if time.monotonic() - began > 300:
            state = Touch.objects.values_list("state", "why", "held_why").get(pk=pk)
            raise AssertionError(f"A thank-you waits for five minutes: {state}")
    waited = time.monotonic() - began
    time.sleep(max(0.0, 3 - waited))
    return yes, waited


def _peak(pid: int) -> dict[str, int]:
    """The most memory of the worker and of the children it has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = {
        line.split(":")[0]: int(line.split()[1]) // 1024
        for line in lines
        if line.startswith(("VmHWM", "RssFile", "RssAnon"))
    }
    return {"most": found["VmHWM"], "own": found["RssAnon"], "mapped_files": found["RssFile"]}


def _pages(mailing: Mailing) -> dict[str, float]:
    """The slowest of three looks at each page, without the first."""
    from django.conf import settings
    from django.test import Client

    from regulars.outreach.tests.builders import the_owner

    client = Client()
    client.force_login(the_owner(), backend=settings.AUTHENTICATION_BACKENDS[-1])
    paths = {
        "mailing": f"/mailings/{mailing.pk}/",
        "left_out": f"/mailings/{mailing.pk}/left-out/",
        "mailings": "/mailings/",
        "outbox": "/outbox/",
        "programme": f"/outbox/programmes/{mailing.programme}/",
    }
    return {name: _slowest(client, path) for name, path in paths.items()}


def _slowest(client: Any, path: str) -> float:
    took = []
    for _again in range(4):
        started = time.perf_counter()
        reply = client.get(path)
        took.append((time.perf_counter() - started) * 1000)
        assert reply.status_code == 200, (path, reply.status_code)
    return round(max(took[1:]), 1)


if __name__ == "__main__":
    sys.exit(main())
