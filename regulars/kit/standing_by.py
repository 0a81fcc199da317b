"""One worker in the web processes of one installation."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

LOOK_AGAIN_SECONDS = 5.0
LOCK = "worker.lock"


def is_somebody_at_work(folder: Path) -> bool:
    """Does a web process with its worker run on this data folder?"""
    path = folder / LOCK
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def hold_the_lock(stop: threading.Event, *, look_again_seconds: float = LOOK_AGAIN_SECONDS) -> Iterator[None]:
    """Wait until no other process here is the worker. The lock ends with its process, however that ends."""
    handle = os.open(settings.DATA_DIR / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not stop.is_set():
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                stop.wait(look_again_seconds)
        yield
    finally:
        os.close(handle)
