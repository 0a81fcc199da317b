"""This room's work in the background."""

from __future__ import annotations

from django_tasks import task

from regulars.kit import jobs, schedules
from regulars.people.services.pairing import is_anything_new, look_quickly, look_thoroughly

KEY = "people.look"


@task(queue_name=jobs.HEAVY)
def look(*, thoroughly: bool = False) -> int:
    """Look for likely duplicates and households in a child process; returns how many pairs were found."""
    return len((look_thoroughly() if thoroughly else look_quickly()).found)


def look_soon(*, thoroughly: bool = False) -> str:
    """Have it done unless it is under way already; returns the job's id."""
    return jobs.enqueue_once(look, thoroughly=thoroughly, key=KEY)


@schedules.every("who may be the same: what is new", cron="*/10 * * * *")
def notice_what_is_new() -> None:
    """Look at once when somebody was added or changed; cheap when nobody was."""
    if is_anything_new():
        look_soon()


@schedules.every("who may be the same: everybody", cron="40 2 * * *")
def look_every_night() -> None:
    look_soon(thoroughly=True)
