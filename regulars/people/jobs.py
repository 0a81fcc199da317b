"""This room's work in the background."""

from __future__ import annotations

from django_tasks import task

from regulars.kit import jobs, schedules
from regulars.people.services import acts
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


@task(queue_name=jobs.HEAVY)
def carry_out(act_id: int) -> int:
    """Do an act for many; returns how many it changed."""
    return acts.carry_out(act_id).count


@task(queue_name=jobs.HEAVY)
def undo(act_id: int) -> None:
    acts.undo_act(act_id)


def carry_out_soon(act_id: int) -> str:
    return jobs.enqueue_once(carry_out, act_id, key=f"people.act {act_id}")


def undo_soon(act_id: int) -> str:
    return jobs.enqueue_once(undo, act_id, key=f"people.act {act_id}")
