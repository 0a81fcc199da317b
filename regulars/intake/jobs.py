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


@every("watched folder", cron="*/5 * * * *")
def look_into_the_folder() -> None:
    """Take up what was put into the watched folder."""
    from regulars.intake.services.inbox import look_into_inbox

    look_into_inbox()


@every("forgotten uploads", cron="40 3 * * *")
def clear_uploads() -> None:
    """Remove files that nobody came back to, and those of the watched folder that were taken in a month ago."""
    from regulars.intake.services.inbox import clear_done
    from regulars.intake.services.resuming import KEPT_DAYS, clear_away

    clear_away()
    clear_done(KEPT_DAYS)
