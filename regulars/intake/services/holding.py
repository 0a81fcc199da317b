"""A file taken in from the terminal is held by the process that does it.

Where nobody holds it any more it broke off, and the same file told once more goes on where it had come to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.running import begin, digest_of
from regulars.kit.errors import Refusal
from regulars.kit.lifelines import alone
from regulars.staff.models import User

UNSETTLED = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


@contextmanager
def taken_up(path: Path, name: str, options: ImportOptions, by: User | None) -> Iterator[ImportRun]:
    """The run of this file that broke off on this machine, or a new one; held until it is over. The system lets go of
    what a killed process held."""
    for run in _unsettled(path, options):
        if (handle := alone(_lock_of(run))) is not None:
            break
    else:
        run = begin(path, name, options, by=by)
        handle = _held_anew(run)
    is_over = False
    try:
        yield run
        is_over = True
    except Refusal:
        is_over = True
        raise
    finally:
        if is_over:
            _lock_of(run).unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def _unsettled(path: Path, options: ImportOptions) -> list[ImportRun]:
    """Runs of the same bytes and the same answers, begun by a process and not by a job. One query."""
    alike = ImportRun.objects.filter(digest=digest_of(path), state__in=UNSETTLED, stored_as="", job_id="")
    return [run for run in alike.order_by("pk") if run.options == options.as_json()]


def _held_anew(run: ImportRun) -> int | None:
    """Hold a new run; where no file can be written it cannot be taken up again, and is taken in all the same."""
    path = _lock_of(run)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    return alone(path, os.O_RDWR | os.O_CREAT)


def _lock_of(run: ImportRun) -> Path:
    return Path(settings.DATA_DIR) / "intake" / f"{run.pk}.held"
