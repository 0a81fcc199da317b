"""One worker in the web processes of one installation, and one at a time where several would only be in the way."""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from regulars.kit import database

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


@contextmanager
def alone(work: str) -> Iterator[bool]:
    """Is nobody else on this machine at this work? Then nobody else begins it until this one ends.

    Only for what is right whoever does it, and slow when several do: they would wait for each other's rows.
    """
    place = hashlib.blake2b(str(database.connection().settings_dict["NAME"]).encode(), digest_size=6).hexdigest()
    try:
        handle = os.open(settings.DATA_DIR / f"{work}-{place}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # the disk is full: slow is better than not at all
        yield True
        return
    try:
        yield _is_free(handle)
    finally:
        os.close(handle)


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
