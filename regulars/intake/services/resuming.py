"""What became of work that broke off, and files that nobody came back to."""

from __future__ import annotations

import shutil

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun
from regulars.intake.services.running import folder_of
from regulars.kit import jobs
from regulars.kit.errors import Refusal
from regulars.kit.keeping import kept_from

KEPT_DAYS = 30
AT_WORK = (ImportRun.State.QUEUED, ImportRun.State.RUNNING, ImportRun.State.UNDOING)


def broke_off(run: ImportRun) -> bool:
    """Say whether a run waits for work that ended without it: its job failed, or was set aside after many tries."""
    return run.state in AT_WORK and (not run.job_id or jobs.job_state(run.job_id).is_finished)


def go_on(run: ImportRun) -> ImportRun:
    """Take up a run where it had come to. Refused while somebody is at it, and when it is over."""
    from regulars.intake.jobs import take_back, take_in

    with transaction.atomic():
        row = ImportRun.objects.select_for_update().get(pk=run.pk)
        if row.state not in AT_WORK:
            raise Refusal(_("There is nothing left to do with this file."))
        if not broke_off(row):
            raise Refusal(_("It is being worked on. Please wait a moment."))
        if row.state == ImportRun.State.UNDOING:
            row.job_id = jobs.enqueue_once(take_back, row.pk, key=f"intake undo: {row.pk}")
        else:
            row.job_id = jobs.enqueue_once(take_in, row.pk, key=f"intake: {row.pk}")
        row.save(update_fields=["job_id"])
    return row


def clear_away() -> int:
    """Remove files that have waited for a look, or could not be read, for longer than such files are kept."""
    long_ago = kept_from("uploads", KEPT_DAYS)
    if long_ago is None:
        return 0
    left = ImportRun.objects.filter(
        state__in=[ImportRun.State.WAITING, ImportRun.State.FAILED], added_at__lt=long_ago
    ).exclude(stored_as="")
    for run in left:
        shutil.rmtree(folder_of(run), ignore_errors=True)
    waiting = left.filter(state=ImportRun.State.WAITING)
    return int(waiting.delete()[0]) + left.update(stored_as="")
