"""A worker that only sends texts, as a process of its own that can be killed: `python text_worker.py LEASE_SECONDS`."""

from __future__ import annotations

import os
import sys
import time


def main(lease_seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    import django

    django.setup()
    from django.conf import settings

    from regulars.kit.worker import worker_name
    from regulars.outreach.channels.text.sending import send_texts
    from regulars.outreach.services.tidying import tidy

    settings.CALL_INSIDE = frozenset({"127.0.0.1"})
    name = f"{worker_name()}-texts"
    while True:
        if not tidy() + send_texts(lease_seconds=lease_seconds, worker=name):
            time.sleep(0.02)


if __name__ == "__main__":
    main(float(sys.argv[1]))
