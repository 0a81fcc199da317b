"""Ask for a grading, at once or soon; however often it is asked for, one of each waits."""

from __future__ import annotations

from datetime import timedelta

from regulars.kit import clock, jobs
from regulars.standings.models import Grading

SMALL_SHOP = 20_000


def request_grading(*, after_seconds: int = 0) -> str:
    """Have everybody graded in a child process; returns the id of the job. One at once and one for later may wait."""
    from regulars.standings.jobs import grade_now

    if not after_seconds:
        return jobs.enqueue_once(grade_now, key="standings: grade")
    later = grade_now.using(run_after=clock.now() + timedelta(seconds=after_seconds))
    return jobs.enqueue_once(later, key="standings: grade soon")


def request_grading_in_a_small_shop(*, after_seconds: int) -> str | None:
    """Have everybody graded soon after a few sales; where there are many people that waits for the night."""
    if Grading.objects.filter(people__gt=SMALL_SHOP).exists():
        return None
    return request_grading(after_seconds=after_seconds)
