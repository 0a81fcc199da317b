"""The watched folder: what is put there is taken in by itself, each content once, as its kind was agreed the last time.

A kind that nobody agreed to yet waits for the owner's look; what cannot be read is laid aside.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from regulars.intake.mapping.remembering import remembered
from regulars.intake.models import Arrival, ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.agreeing import confirm
from regulars.intake.services.opening import opened, sheets_worth_taking
from regulars.intake.services.running import digest_of
from regulars.intake.services.starting import path_of, shown_name, start_run
from regulars.intake.services.unpacking import Part, unpacked
from regulars.kit import clock
from regulars.kit.business import exists
from regulars.kit.errors import Refusal

log = logging.getLogger("regulars.intake")
DONE, UNREADABLE = "done", "unreadable"
SETTLED_SECONDS = 20.0  # a file that was changed since is still being copied
UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".partial", ".lock")
MOST_AT_ONCE = 50


def inbox() -> Path:
    """The folder, made when it is missing."""
    folder = Path(settings.INBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def waiting_files(*, settled_seconds: float = SETTLED_SECONDS) -> list[Path]:
    """What lies in the folder and is no longer being copied, oldest first; at most fifty."""
    found = []
    for entry in os.scandir(inbox()):
        if entry.name.startswith((".", "~")) or entry.name.lower().endswith(UNFINISHED):
            continue
        with suppress(OSError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime <= time.time() - settled_seconds:
                found.append((entry.stat().st_mtime, Path(entry.path)))
    return [path for _changed, path in sorted(found)[:MOST_AT_ONCE]]


def look_into_inbox(*, settled_seconds: float = SETTLED_SECONDS) -> int:
    """Take up every file in the folder; returns how many were new. Safe to run twice, and by two at once."""
    if not exists():
        return 0
    return sum(_take_up(path) for path in waiting_files(settled_seconds=settled_seconds))


def _take_up(path: Path) -> bool:
    """Take up one file. The content is written down first, in the transaction of its runs; so it comes in once."""
    try:
        digest = digest_of(path)
    except OSError:  # another worker was quicker, or nobody may read it
        return False
    arrival = Arrival(digest=digest, name=shown_name(path.name), arrived_at=clock.now())
    try:
        with transaction.atomic():
            arrival.save(force_insert=True)
            arrival.problem = _begin(path)
            if arrival.problem:
                arrival.save(update_fields=["problem"])
    except IntegrityError:
        _move(path, DONE)
        return False
    _move(path, UNREADABLE if arrival.problem else DONE)
    return True


def _begin(path: Path) -> str:
    """Begin a run for each file and sheet in it; returns why nothing could be read, or ""."""
    problems: list[str] = []
    try:
        with unpacked(path) as parts:
            for part in parts:
                with _noted(part, problems):
                    _begin_part(part)
    except Refusal as refusal:
        problems.append(refusal.sentence)
    return " ".join(problems)


class _noted:  # noqa: N801  # reads as a word where it is used
    """Note the sentence of a refusal and go on with the next part."""

    def __init__(self, part: Part, problems: list[str]) -> None:
        self.part, self.problems = part, problems

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> bool:
        if isinstance(fault, Refusal):
            self.problems.append(fault.sentence)
            return True
        return False


def _begin_part(part: Part) -> None:
    for name, options in sheets_worth_taking(part.path, part.name, ImportOptions()):
        with part.path.open("rb") as file:
            run = start_run(File(file), shown_name(name), None, options)
        ImportRun.objects.filter(pk=run.pk).update(from_inbox=True)
        run.refresh_from_db()
        if remembered(opened(path_of(run), options).header):
            with suppress(Refusal):  # what it lacks is said on its page
                confirm(run)


def clear_done(days: int) -> int:
    """Remove files that were taken in longer ago; the book holds what they said. What could not be read stays."""
    folder, gone = inbox() / DONE, 0
    if not folder.is_dir():
        return 0
    for entry in os.scandir(folder):
        with suppress(OSError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_ctime < time.time() - days * 86_400:
                Path(entry.path).unlink()
                gone += 1
    return gone


def _move(path: Path, where: str) -> None:
    """Lay a file aside under the day it came; one that is gone already was moved by somebody quicker."""
    folder = inbox() / where
    folder.mkdir(exist_ok=True)
    stamp = clock.now().strftime("%Y-%m-%d %H%M%S")
    with suppress(OSError):
        path.replace(folder / f"{stamp} {path.name}"[:240])
