"""Kill sending workers at random moments and compare a real mail server's record with the ledger.

    python bench/crash.py --letters 600 --kills 25 --workers 2 --connections 4 [--postgres] [--drops 5]

Promised: 0 sent twice, 0 lost, at most one letter a connection of which nobody knows, for each kill. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (
        ("letters", 600),
        ("kills", 25),
        ("workers", 2),
        ("connections", 4),
        ("drops", 0),
        ("seed", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--delay-ms", type=float, default=20)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    folder = Path(tempfile.mkdtemp(prefix="regulars-crash-"))
    cluster = _lay_ground(folder, on_postgres=options.postgres)
    try:
        report = _trial(folder, options)
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "crash", "database": "postgresql" if options.postgres else "sqlite", **report}))
    return 0 if report["sent_twice"] == report["lost"] == report["false_sent"] == 0 else 1


def _lay_ground(folder: Path, *, on_postgres: bool):
    from regulars.kit.tests.postgres import Cluster

    os.environ.update(REGULARS_DATA_DIR=str(folder), REGULARS_TESTING="yes", DJANGO_SETTINGS_MODULE="regulars.settings")
    cluster = None
    if on_postgres:
        cluster = Cluster()
        cluster.start()
        os.environ["REGULARS_DATABASE_URL"] = cluster.make_database("regulars_crash")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return cluster


def _trial(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    from regulars.outreach import services
    from regulars.outreach.models import Touch
    from regulars.outreach.queries import open_batches
    from regulars.outreach.services.approving import go_on
    from regulars.outreach.tests import crash_trial
    from regulars.outreach.tests.builders import a_mailbox, a_new_touch, a_shop, many_people

    a_shop()
    server, port = crash_trial.start_server(folder, options.delay_ms, options.drops)
    try:
        a_mailbox(port, connections=options.connections)
        people = many_people(options.letters)
        ids = services.plan_touches([a_new_touch(pk) for pk in people]).ids
        services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
        for batch in open_batches():
            go_on(batch, None)
        report = crash_trial.run(
            folder,
            ids,
            kills=options.kills,
            workers=options.workers,
            connections=options.connections,
            patience=900,
            seed=options.seed,
        )
    finally:
        server.kill()
        server.wait()
    return report.as_json()


if __name__ == "__main__":
    sys.exit(main())
