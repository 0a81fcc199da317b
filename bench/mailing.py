"""One mailing to very many: how fast it is planned, with how much memory, and how long a thank-you waits meanwhile.

    python bench/mailing.py --sizes 1000,100000,1000000 --fair 500000 [--send 100000] [--only sqlite|postgresql]

Each size is a process of its own on a fresh installation. `ledger`: so many touches planned one after another as a
programme does (left out with `--no-ledger`). `mailing`: made, looked up (gathered), begun with the owner's yes and
handed to the ledger, each by the very function that the worker calls. With `--send` so many of its letters then go to a
server on this machine, by one worker in a process of its own, for `--seconds` at most. Wall and processor seconds,
because others share the machine; of memory the most that the process held (of PostgreSQL's own nothing is counted), and
how much of that was more than before. `fair`: see `bench/fairness.py`. Prints JSON.
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
    parser.add_argument("--send", type=int, default=0, help="letters of each mailing that are sent as well")
    parser.add_argument("--no-ledger", action="store_true")
    parser.add_argument("--fair", type=int, default=500_000)
    parser.add_argument("--seconds", type=float, default=60, help="how long the mailing goes out before it ends")
    parser.add_argument("--delay-ms", type=float, default=0, help="how long the mail server takes for one letter")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_here(options)))
        return 0
    found: dict[str, Any] = {"bench": "mailing", "database": options.only}
    for size in (int(one) for one in options.sizes.split(",") if one):
        if not options.no_ledger:
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
        found: dict[str, Any] = {}
        for step in ("fill", what, *(["send"] if what == "mailing" and options.send else [])):
            command = [sys.executable, __file__, "--here", step, "--size", str(size), "--seconds", str(options.seconds)]
            command += ["--delay-ms", str(options.delay_ms), "--send", str(options.send)]
            said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
            found |= json.loads(said.splitlines()[-1])
            print(step, said.splitlines()[-1], file=sys.stderr)
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _here(options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    what, size = options.here, options.size
    if what == "send":
        return {"sent": _send(options.send, options.seconds, options.delay_ms)}
    if what == "fair":
        return _fair(size, options.seconds, options.delay_ms)
    return {"fill": _fill, "ledger": _ledger, "mailing": _mailing}[what](size)


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
    load_people(size, searchable=False)
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


def _send(letters: int, seconds: float, delay_ms: float) -> dict[str, Any]:
    """The first have gone well: the rest is let go and sent as the worker does it, until so many have left."""
    from bench.fairness import _mail_server
    from regulars.outreach.models import Batch, Touch
    from regulars.outreach.services import send_due
    from regulars.outreach.services.approving import go_on
    from regulars.outreach.tests.builders import a_mailbox

    before, sent = _memory(), 0
    folder = Path(os.environ["REGULARS_DATA_DIR"])
    with _mail_server(folder, delay_ms) as port:
        a_mailbox(port, connections=8)
        go_on(Batch.objects.get(), None)

        def until_enough() -> None:
            nonlocal sent
            ends_at = time.monotonic() + seconds
            while sent < letters and time.monotonic() < ends_at and send_due():
                sent = Touch.objects.filter(state="sent").count()

        took = _timed(until_enough)
    return {
        **took,
        "letters": sent,
        "per_second": round(sent / took["seconds"]),
        "per_cpu_second": round(sent / took["cpu_seconds"]),
        "memory_before_mb": before,
        "memory_mb": _memory(),
    }


def _fair(size: int, seconds: float, delay_ms: float) -> dict[str, Any]:
    """Looked up first; the rest is measured beside workers."""
    from bench.fairness import measure

    mailing, _took = _gathered()
    return {"recipients": size, **measure(mailing, seconds, delay_ms)}


if __name__ == "__main__":
    sys.exit(main())
