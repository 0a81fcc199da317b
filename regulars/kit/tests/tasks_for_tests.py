"""Tasks, a schedule and a handler that tests and their worker processes share."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django_tasks import task

from regulars.kit import bulletin, jobs
from regulars.kit.errors import Refusal
from regulars.kit.models import Counter


@dataclass(frozen=True)
class Happened:
    number: int


def note(name: str) -> None:
    """Count an effect: a second time shows as 2."""
    Counter.objects.get_or_create(name=name)
    Counter.objects.filter(name=name).update(value=F("value") + 1)


@task
def add(first: int, second: int) -> int:
    return first + second


@task
def do_once(number: int) -> None:
    time.sleep(0.01)
    with transaction.atomic():
        note(f"job {number}")
        jobs.finish_here(number)


@task
def refuse() -> None:
    raise Refusal("There is no paper.")


@task
def break_down() -> None:
    raise ValueError("a wheel came off")


@task
def note_task(name: str) -> None:
    note(name)


@task(queue_name="heavy")
def count_slowly(total: int, pause: float = 0.05) -> int:
    for done in range(total):
        jobs.progress(done, total, f"{done} of {total} counted")
        time.sleep(pause)
    jobs.progress(total, total, "counted")
    return os.getpid()


@task(queue_name="heavy")
def die_the_first_time(name: str) -> str:
    note(name)
    if Counter.objects.get(name=name).value == 1:
        os.kill(os.getpid(), 9)
    return "alive"


@task(takes_context=True)
def tell_attempt(context) -> int:
    return int(context.attempt)


def hear(events) -> None:
    time.sleep(0.01)
    for event in events:
        note(f"news {event.number}")


def listen() -> None:
    bulletin.hears(Happened, name="tests.happened", batch=5, in_transaction=True)(hear)
