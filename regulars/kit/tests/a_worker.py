"""A worker process for tests that kill one: `python -m regulars.kit.tests.a_worker`. Leases are short here."""

from __future__ import annotations

import threading

if __name__ == "__main__":
    import django

    django.setup()
    from regulars.kit import bulletin, jobs
    from regulars.kit.tests import tasks_for_tests
    from regulars.kit.worker import run_worker

    jobs.LEASE_SECONDS = bulletin.LEASE_SECONDS = 2
    tasks_for_tests.listen()
    print("ready", flush=True)
    run_worker(threading.Event())
