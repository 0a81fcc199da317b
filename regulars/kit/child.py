"""`python -m regulars.kit.child JOB WORKER`: run one heavy job that WORKER has claimed, then end."""

from __future__ import annotations

import os
import signal
import sys
import types


def main(arguments: list[str]) -> int:
    job_id, worker = int(arguments[0]), arguments[1]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    signal.signal(signal.SIGTERM, _break_off)
    import django

    django.setup()
    from regulars.kit import jobs
    from regulars.kit.business import in_our_language

    with in_our_language():
        return 0 if jobs.run_claimed(job_id, worker) in ("done", "cancelled", "due") else 1


def _break_off(number: int, frame: types.FrameType | None) -> None:
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
