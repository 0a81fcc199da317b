"""Finding words in columns that nobody filters by, and clearing what the kit's own tables hold of them.

For an erasure: what went wrong with a person's row may stand in the message of a fault, their address in the arguments
of a job. Looking is slow on purpose-built tables of a million rows, so it is done before the writing transaction.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from regulars.kit import database
from regulars.kit.models import BackupRecord, HandlerCursor, Heartbeat, Job, Notice, Schedule, SetAside

log = logging.getLogger("regulars.sweeping")
SMALL_BYTES = 64 * 1024 * 1024


def spellings(texts: Iterable[str]) -> set[str]:
    """Return texts as they may stand in a column: as they are, and as JSON writes them."""
    found = {text for text in texts if text}
    return found | {json.dumps(text)[1:-1] for text in found}


def holding(rows: QuerySet[Any], columns: Collection[str], texts: Collection[str]) -> list[Any]:
    """Return the keys of rows in which one of these texts stands in one of these columns, whatever its case."""
    wanted = spellings(texts)
    if not wanted:
        return []
    told = {f"told_{column}": Cast(column, TextField()) for column in columns}
    conditions = [Q(**{f"{name}__icontains": text}) for name in told for text in wanted]
    return list(rows.annotate(**told).filter(reduce(or_, conditions)).values_list("pk", flat=True))


class Sweep:
    """What the kit's tables hold of these texts: found now, cleared inside the caller's transaction."""

    def __init__(self, texts: Collection[str]) -> None:
        self.jobs = holding(
            Job.objects.exclude(state=Job.CLAIMED),
            ("args", "kwargs", "result", "errors", "last_error", "progress_sentence", "key"),
            texts,
        )
        self.set_aside = holding(SetAside.objects.all(), ("content", "error"), texts)
        self.notices = holding(Notice.objects.all(), ("content",), texts)
        faults = (HandlerCursor, Schedule, Heartbeat)
        self.faults = [(model, holding(model._default_manager.all(), ("last_error",), texts)) for model in faults]
        self.backups = holding(BackupRecord.objects.all(), ("error",), texts)

    def clear(self) -> None:
        """Remove jobs and news that carry these words, and blank the messages of faults."""
        Job.objects.filter(pk__in=self.jobs).delete()
        SetAside.objects.filter(pk__in=self.set_aside).delete()
        Notice.objects.filter(pk__in=self.notices).delete()
        for model, keys in self.faults:
            model._default_manager.filter(pk__in=keys).update(last_error="")
        BackupRecord.objects.filter(pk__in=self.backups).update(error="")


def forget_files() -> None:
    """After the commit: exports that lie ready go, and freed pages of the database file are overwritten."""
    transaction.on_commit(_forget_files)


def _forget_files() -> None:
    shutil.rmtree(settings.EXPORT_DIR, ignore_errors=True)
    scrub(only_small=True)


def scrub(*, only_small: bool = False) -> bool:
    """Write the database file of SQLite anew, so that nothing deleted can be read out of it; says whether it was.

    PostgreSQL does so by itself in time. A big file takes long: that waits for the night.
    """
    link = database.connection()
    if link.vendor != "sqlite" or link.in_atomic_block:
        return False
    with contextlib.suppress(OperationalError), link.cursor() as cursor:  # somebody reads: at night it is tried again
        pages = cursor.execute("PRAGMA page_count").fetchone()[0] * cursor.execute("PRAGMA page_size").fetchone()[0]
        if pages <= SMALL_BYTES or not only_small:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return True
    return False
