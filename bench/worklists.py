"""How many jobs a second one worker does on each database, beside a plain UPDATE of each row in the same run.

    python bench/worklists.py --rows 3000 [--only sqlite|postgresql]

floor: one UPDATE a row, each its own transaction. claimed: claim 20, mark done 20. effects: claim 20, and for each row
its effect and its end in one transaction (what makes an effect happen once). jobs: enqueued tasks run by the worker's
own code. Rows a second; ratios to the floor. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.here:
        print(json.dumps(measure(options.rows)))
        return 0
    wanted = [options.only] if options.only else ["sqlite", "postgresql"]
    print(
        json.dumps(
            {"bench": "worklists", "rows": options.rows, **{name: run_on(name, options.rows) for name in wanted}}
        )
    )
    return 0


def run_on(database: str, rows: int) -> dict[str, float]:
    """In a process of its own, because settings are read once."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    environment = {
        **os.environ,
        "REGULARS_DATA_DIR": str(folder),
        "REGULARS_TESTING": "yes",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "regulars.settings"),
    }
    cluster = None
    if database == "postgresql":
        from regulars.kit.tests.postgres import Cluster

        cluster = Cluster(is_durable=True)
        environment["REGULARS_DATABASE_URL"] = cluster.make_database("bench")
    try:
        command = [sys.executable, __file__, "--here", "--rows", str(rows)]
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return dict(json.loads(said))


def measure(rows: int) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    floor = rate(rows, floor_updates)
    found = {
        "floor_updates_per_s": floor,
        "claimed_per_s": rate(rows, claim_and_finish),
        "effects_per_s": rate(rows, effects_once),
        "jobs_per_s": rate(rows, run_jobs),
    }
    ratios = {name.replace("_per_s", "_to_floor"): round(value / floor, 2) for name, value in found.items()}
    ratios.pop("floor_updates_to_floor")
    return {**found, **ratios}


def rate(rows: int, act: Callable[[int], int]) -> float:
    """Rows a second of `act` on a freshly filled table."""
    from regulars.kit.models import Counter, Job

    Job.objects.all().delete()
    Counter.objects.all().delete()
    Job.objects.bulk_create(
        [Job(task_path="regulars.kit.tests.tasks_for_tests.add", args=[1, number]) for number in range(rows)],
        batch_size=500,
    )
    started = time.perf_counter()
    done = act(rows)
    took = time.perf_counter() - started
    assert done == rows, f"{done} of {rows}"
    return round(rows / took)


def floor_updates(rows: int) -> int:
    from regulars.kit.models import Job

    keys = list(Job.objects.values_list("pk", flat=True))
    return sum(Job.objects.filter(pk=key).update(state=Job.DONE) for key in keys)


def claim_and_finish(rows: int) -> int:
    from regulars.kit import worklists
    from regulars.kit.models import Job

    done = 0
    while taken := worklists.claim(Job, limit=20, lease_seconds=60, worker="bench"):
        done += worklists.done(taken)
    return done


def effects_once(rows: int) -> int:
    from django.db import transaction

    from regulars.kit import worklists
    from regulars.kit.models import Counter, Job

    while taken := worklists.claim(Job, limit=20, lease_seconds=60, worker="bench"):
        for row in taken:
            with transaction.atomic():
                Counter.objects.bulk_create([Counter(name=f"effect {row.pk}", value=1)])
                worklists.done([row])
    return Counter.objects.filter(name__startswith="effect").count()


def run_jobs(rows: int) -> int:
    from regulars.kit import jobs
    from regulars.kit.models import Job

    while jobs.run_due("bench"):
        pass
    return Job.objects.filter(state=Job.DONE).count()


if __name__ == "__main__":
    sys.exit(main())
