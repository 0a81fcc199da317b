"""Ask for a grading soon; however often it is asked for, one waits."""

from __future__ import annotations

from datetime import timedelta

from regulars.kit import clock, jobs
from regulars.standings.models import Grading

SMALL_SHOP = 20_000


def request_grading(*, after_seconds: int = 0) -> str:
    """Have everybody graded in a child process; returns the id of the job that waits for it."""
    from regulars.standings.jobs import grade_now

    task = grade_now.using(run_after=clock.now() + timedelta(seconds=after_seconds)) if after_seconds else grade_now
    return jobs.enqueue_once(task, key="standings: grade")


def request_grading_in_a_small_shop(*, after_seconds: int) -> str | None:
    """Have everybody graded soon after a few sales; where there are many people that waits for the night."""
    if Grading.objects.filter(people__gt=SMALL_SHOP).exists():
        return None
    return request_grading(after_seconds=after_seconds)
