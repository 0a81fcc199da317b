"""Kill sending workers at random moments and compare a real mail server's record with the ledger.

    python bench/crash.py [--kills 500] [--postgres | --both] [--workers 2] [--connections 4] [--drops 5]

Workers are forks of a program that has everything loaded, and leases are short, so that five hundred kills take
minutes. Each kill is meant for one kind of step in turn (claiming, rendering, connecting, during DATA, before and after
the reply, committing …); what the killed worker, or one of its connections, was really doing is counted in
`died_while`. Letters are added while there are kills to come, `--letters` at a time.

Promised: 0 sent twice, 0 lost, at most one letter a connection of which nobody knows, for each kill. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (
        ("letters", 400),
        ("kills", 500),
        ("workers", 2),
        ("connections", 4),
        ("drops", 0),
        ("seed", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--delay-ms", type=float, default=20)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    parser.add_argument("--both", action="store_true", help="on SQLite, then on PostgreSQL")
    options = parser.parse_args()
    if options.both:
        return _both()
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
    is_kept = report["sent_twice"] == report["lost"] == report["false_sent"] == report["other"] == 0
    return 0 if is_kept and report["most_unknown_a_worker"] <= options.connections else 1


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


def _trial(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    from regulars.outreach.tests import crash_trial
    from regulars.outreach.tests.builders import a_mailbox, a_shop

    a_shop()
    server, port = crash_trial.start_server(folder, options.delay_ms, options.drops)
    try:
        a_mailbox(port, connections=options.connections)
        report = crash_trial.run(
            folder,
            crash_trial.letters_for(options.letters),
            kills=options.kills,
            workers=options.workers,
            connections=options.connections,
            patience=1800,
            seed=options.seed,
        )
    finally:
        server.kill()
        server.wait()
    return report.as_json()


def _both() -> int:
    """One after the other, each a program of its own."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--both"]
    commands = [[sys.executable, __file__, *arguments, *more] for more in ([], ["--postgres"])]
    return max(subprocess.run(command, check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main())
