"""A worker that only sends, for the crash trial: started as a program, killed without warning."""

from __future__ import annotations

import os
import sys
import time

import django


def main(lease_seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    django.setup()
    from regulars.kit.worker import worker_name
    from regulars.outreach.services import send_due

    name = worker_name()
    while True:
        if not send_due(50, lease_seconds=lease_seconds, worker=name):
            time.sleep(0.05)


if __name__ == "__main__":
    main(float(sys.argv[1]))
