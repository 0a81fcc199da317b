"""Heavy work of this room: it runs in a child process, so that the pages stay quick."""

from __future__ import annotations

from django_tasks import task

from regulars.intake.models import ImportRun
from regulars.kit.schedules import every


@task(queue_name="heavy")
def take_in(run_id: int) -> None:
    """Take in one file. Run again after a crash it goes on where it had come to."""
    from regulars.intake.services.agreeing import execute

    execute(ImportRun.objects.get(pk=run_id))


@task(queue_name="heavy")
def take_back(run_id: int) -> None:
    """Undo one run."""
    from regulars.intake.services.undoing import undo

    undo(ImportRun.objects.get(pk=run_id))


@every("forgotten uploads", cron="40 3 * * *")
def clear_uploads() -> None:
    """Remove files that nobody came back to."""
    from regulars.intake.services.resuming import clear_away

    clear_away()
