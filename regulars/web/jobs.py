"""Work of the shell that is too long for a page."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django_tasks import task

from regulars.cli import exports
from regulars.kit import backups, second_place
from regulars.kit.jobs import HEAVY
from regulars.kit.schedules import every
from regulars.kit.secrets import new_token
from regulars.staff.models import User


@task(queue_name=HEAVY)
def back_up_now() -> str:
    """Write a backup by hand; returns where it lies."""
    return str(backups.back_up(backups.next_backup_path()).path)


@task(queue_name=HEAVY)
def copy_to_second_place() -> str:
    """Back up and take the copy away at once; returns where it lies."""
    backups.back_up(backups.next_backup_path(backups.NIGHTLY), why=backups.NIGHTLY)
    return str(second_place.copy_now())


EXPORTS_KEPT = timedelta(days=1)


@task(queue_name=HEAVY)
def take_everything(user_id: int) -> str:
    """Write everything into one file that an owner fetches once; returns the file's name, which nobody can guess."""
    path = Path(settings.EXPORT_DIR) / f"{new_token()}.zip"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    exports.everything(path, by=User.objects.filter(pk=user_id).first())
    return path.name


@every("exports left lying", cron="50 * * * *")
def clear_exports() -> None:
    """Remove what was made more than a day ago, fetched or not."""
    for path in Path(settings.EXPORT_DIR).glob("*.zip"):
        if time.time() - path.stat().st_mtime > EXPORTS_KEPT.total_seconds():
            path.unlink(missing_ok=True)
