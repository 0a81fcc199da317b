"""A worker that is killed is known to be gone at once; one of whom anything lives is not."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from regulars.kit import clock, lifelines, worklists
from regulars.kit.models import HandlerCursor, Job
from regulars.kit.tests import tasks_for_tests as tasks
from regulars.kit.worker import take_from_the_gone, worker_name

HOLD = (
    "import django, sys, time; django.setup(); from regulars.kit import lifelines\n"
    "with getattr(lifelines, sys.argv[1])(sys.argv[2]): print('held', flush=True); time.sleep(600)"
)


def a_process(how: str, worker: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, how, worker], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def a_job_held_by(worker: str) -> Job:
    tasks.add.enqueue(1, 2)
    (job,) = worklists.claim(Job, limit=1, lease_seconds=60, worker=worker)
    return job


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_held_is_given_back_before_its_lease_ends() -> None:
    victim = worker_name()
    process = a_process("begun", victim)
    try:
        job = a_job_held_by(victim)
        later = clock.now() + timedelta(seconds=60)
        HandlerCursor.objects.create(name="tests.held", leased_by=victim, lease_until=later)
        assert take_from_the_gone() == 0
    finally:
        killed(process)
    assert take_from_the_gone() == 2
    job.refresh_from_db()
    assert (job.state, job.leased_by, job.attempts) == (Job.DUE, "", 1)
    assert HandlerCursor.objects.get(name="tests.held").lease_until is None
    assert take_from_the_gone() == 0


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_child_that_outlives_its_worker_keeps_its_job() -> None:
    victim = worker_name()
    worker = a_process("begun", victim)
    child = a_process("shared", victim)
    try:
        job = a_job_held_by(victim)
        killed(worker)
        assert take_from_the_gone() == 0
        job.refresh_from_db()
        assert (job.state, job.leased_by) == (Job.CLAIMED, victim)
    finally:
        killed(worker)
        killed(child)
    assert take_from_the_gone() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_another_machine_and_one_without_a_file_keep_what_they_hold() -> None:
    away, unknown = f"elsewhere-{worker_name()}", worker_name()
    process = a_process("begun", away)
    killed(process)
    jobs = [a_job_held_by(away), a_job_held_by(unknown)]
    assert take_from_the_gone() == 0
    assert [Job.objects.get(pk=job.pk).leased_by for job in jobs] == [away, unknown]
    lifelines._path(away).unlink()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_has_killed_too_many_workers_is_set_aside() -> None:
    victim = worker_name()
    process = a_process("begun", victim)
    job = a_job_held_by(victim)
    Job.objects.filter(pk=job.pk).update(attempts=Job.MAX_ATTEMPTS)
    killed(process)
    assert take_from_the_gone() == 1
    job.refresh_from_db()
    assert job.state == Job.SET_ASIDE
