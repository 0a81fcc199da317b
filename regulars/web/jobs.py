"""Work of the shell that is too long for a page."""

from __future__ import annotations

from django_tasks import task

from regulars.kit import backups, second_place
from regulars.kit.jobs import HEAVY


@task(queue_name=HEAVY)
def back_up_now() -> str:
    """Write a backup by hand; returns where it lies."""
    return str(backups.back_up(backups.next_backup_path()).path)


@task(queue_name=HEAVY)
def copy_to_second_place() -> str:
    """Back up and take the copy away at once; returns where it lies."""
    backups.back_up(backups.next_backup_path(backups.NIGHTLY), why=backups.NIGHTLY)
    return str(second_place.copy_now())
