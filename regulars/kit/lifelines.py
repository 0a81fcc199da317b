"""Knowing at once that a worker of this machine is gone, without waiting for its leases to end.

A worker, and every process that works in its name, holds a shared lock on a file of the worker's name. The system lets
go of it when the last of them ends, however that happens. Whoever gets the lock for itself alone knows: nobody is left.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

log = logging.getLogger("regulars.worker")

ENDING = ".alive"


def this_host() -> str:
    """The host as it stands in the names of workers."""
    return socket.gethostname()[:40]


@contextmanager
def begun(worker: str) -> Iterator[None]:
    """A worker's whole life. Call it before the worker claims anything, and end it when nothing runs in its name.

    Where no file can be written its leases have to end, if it dies.
    """
    path = _path(worker)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        log.warning("a worker has no file of its own", exc_info=True)
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def shared(worker: str) -> Iterator[None]:
    """Work in the name of a worker; whether the work is still its own has to be looked at inside.

    Nothing is held where the worker has no file here (another machine): there the lease has to end.
    """
    try:
        handle = os.open(_path(worker), os.O_RDWR)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def gone() -> Iterator[list[str]]:
    """The workers of this machine of whom no process is left. What was theirs must be given back before this ends."""
    held: dict[Path, int] = {}
    try:
        ours = re.compile(rf"{re.escape(this_host())}-\d+-[0-9a-f]+")
        for path in sorted(_folder().glob(f"*{ENDING}")):
            if ours.fullmatch(path.name.removesuffix(ENDING)) and (handle := alone(path)) is not None:
                held[path] = handle
        yield [path.name.removesuffix(ENDING) for path in held]
        for path in held:
            path.unlink(missing_ok=True)
    finally:
        for handle in held.values():
            os.close(handle)


def alone(path: Path, flags: int = os.O_RDWR) -> int | None:
    """Hold a file for this process alone until the handle is closed; None where another has it, or it is not there."""
    try:
        handle = os.open(path, flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"


def _path(worker: str) -> Path:
    return _folder() / f"{worker}{ENDING}"
