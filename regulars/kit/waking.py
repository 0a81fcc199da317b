"""A bell between those who make work and the worker in the same process, so that it need not look all the time."""

from __future__ import annotations

import threading

from django.db import transaction

bell = threading.Event()


def wake() -> None:
    bell.set()


def wake_after_commit() -> None:
    """Ring once the open transaction has committed."""
    transaction.on_commit(wake)
