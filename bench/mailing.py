"""One mailing to very many: how fast it is planned, with how much memory, and how long a thank-you waits meanwhile.

    python bench/mailing.py --sizes 1000,100000,1000000 --fair 500000 [--only sqlite|postgresql]

Each size is a process of its own on a fresh installation. `ledger`: so many touches planned one after another as a
programme does. `mailing`: made, looked up (gathered), begun with the owner's yes and handed to the ledger, each by the
very function that the worker calls. Wall and processor seconds, because others share the machine; of memory the most
that the process held, and how much of that was more than before. `fair`: see `bench/fairness.py`. Prints JSON.
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
    parser.add_argument("--delay-ms", type=float, default=0, help="how long the mail server takes for one letter")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_here(options.here, options.size, options.seconds, options.delay_ms)))
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
            command += ["--delay-ms", str(options.delay_ms)]
            said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return dict(json.loads(said.splitlines()[-1]))


def _here(what: str, size: int, seconds: float, delay_ms: float) -> dict[str, Any]:
    import django

    django.setup()
    if what == "fill":
        return _fill(size)
    return {"ledger": _ledger, "mailing": _mailing}[what](size) if what != "fair" else _fair(size, seconds, delay_ms)


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


def _fair(size: int, seconds: float, delay_ms: float) -> dict[str, Any]:
    """Looked up first; the rest is measured beside workers."""
    from bench.fairness import measure

    mailing, _took = _gathered()
    return {"recipients": size, **measure(mailing, seconds, delay_ms)}


if __name__ == "__main__":
    sys.exit(main())
