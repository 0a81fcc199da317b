"""Keeping a lease while something takes long."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

log = logging.getLogger("regulars.worker")


@contextmanager
def kept(renew: Callable[[], bool], *, every_seconds: float) -> Iterator[None]:
    """Call `renew` in a thread of its own every so often until the block ends; it stops when the lease is lost.

    A short block costs a thread that only waits: its database connection is opened at the first renewal.
    """
    over = threading.Event()

    def keep() -> None:
        try:
            while not over.wait(every_seconds):
                try:
                    if not renew():
                        return
                except DatabaseError:
                    log.warning("a lease could not be renewed", exc_info=True)
        finally:
            connection.close()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(keep,), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=30)
