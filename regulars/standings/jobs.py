"""Work of this room that runs by itself or beside the pages."""

from __future__ import annotations

from typing import Any

from django_tasks import task

from regulars.kit.schedules import every


@task(queue_name="heavy")
def grade_now() -> dict[str, Any]:
    """Grade everybody as of today."""
    from regulars.standings.services import grade_everyone

    return grade_everyone()


@every("nightly steps", cron="45 3 * * *", heavy=True)
def count_steps_nightly() -> None:
    """Count how far people have come when the shop is closed."""
    from regulars.standings.services import keep_steps

    keep_steps()


@every("nightly grades", cron="15 3 * * *", heavy=True)
def grade_nightly() -> None:
    """Grade everybody when the shop is closed."""
    from regulars.standings.services import grade_everyone

    grade_everyone()
