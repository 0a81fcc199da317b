"""Work of the shell that is too long for a page."""

from __future__ import annotations

from django_tasks import task

from regulars.kit import backups
from regulars.kit.jobs import HEAVY


@task(queue_name=HEAVY)
def back_up_now() -> str:
    """Write a backup by hand; returns where it lies."""
    return str(backups.back_up(backups.next_backup_path()).path)
