"""Tasks as rows: run once, in the right order, in a child when heavy, called off when a person says so."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django_tasks import TaskResultStatus, task_backends
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from regulars.kit import clock, jobs, worklists
from regulars.kit.models import Counter, Job
from regulars.kit.tests import tasks_for_tests as tasks
from regulars.kit.worker import run_worker

pytestmark = pytest.mark.django_db


def run_all():
    while jobs.run_due("ann"):
        pass


def test_a_task_runs_and_its_result_is_there_for_whoever_asks():
    result = tasks.add.enqueue(2, second=3)
    assert result.status == TaskResultStatus.READY
    run_all()
    again = tasks.add.get_result(result.id)
    assert (again.status, again.return_value, again.attempts) == (TaskResultStatus.SUCCESSFUL, 5, 1)
    assert again.started_at
    assert again.finished_at
    assert again.started_at <= again.finished_at


def test_a_task_enqueued_in_a_transaction_that_is_undone_never_was():
    with transaction.atomic():
        tasks.add.enqueue(1, 1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_the_urgent_one_runs_first_and_tomorrows_waits(frozen_clock):
    tomorrow = tasks.add.using(run_after=clock.now() + timedelta(days=1)).enqueue(1, 1)
    later = tasks.add.using(priority=-5).enqueue(2, 2)
    first = tasks.add.using(priority=50).enqueue(3, 3)
    jobs.run_due("ann", limit=1)
    assert jobs.job_state(first.id).state == Job.DONE
    run_all()
    assert jobs.job_state(later.id).state == Job.DONE
    assert jobs.job_state(tomorrow.id).state == Job.DUE
    frozen_clock.ahead(days=1)
    run_all()
    assert jobs.job_state(tomorrow.id).state == Job.DONE


def test_a_task_that_raises_has_failed_with_its_reason():
    result = tasks.break_down.enqueue()
    run_all()
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class is ValueError
    assert jobs.job_state(result.id).error == "ValueError: a wheel came off"


def test_a_refusal_is_kept_as_the_sentence_it_is():
    result = tasks.refuse.enqueue()
    run_all()
    assert jobs.job_state(result.id).error == "There is no paper."


def test_a_task_for_which_the_database_was_away_is_tried_again(frozen_clock, monkeypatch):
    result = tasks.add.enqueue(2, 2)

    def away(job):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_call", away)
        run_all()
    assert jobs.job_state(result.id).state == Job.DUE
    frozen_clock.ahead(minutes=1)
    run_all()
    assert jobs.job_state(result.id).state == Job.DONE


def test_a_task_knows_its_attempt():
    result = tasks.tell_attempt.enqueue()
    run_all()
    result.refresh()
    assert result.return_value == 0, "none has ended before"


def test_the_same_key_is_open_only_once():
    first = jobs.enqueue_once(tasks.add, 1, 1, key="sum")
    assert jobs.enqueue_once(tasks.add, 1, 1, key="sum") == first
    run_all()
    assert jobs.enqueue_once(tasks.add, 1, 1, key="sum") != first


def test_a_result_that_does_not_exist_says_so():
    for nonsense in ("999999", "abc"):
        with pytest.raises(TaskResultDoesNotExist):
            tasks.add.get_result(nonsense)
    assert jobs.job_state("999999").state == "gone"


def test_an_unknown_queue_is_refused():
    with pytest.raises(InvalidTaskError):
        tasks.add.using(queue_name="slow").enqueue(1, 1)
    assert task_backends["default"].supports_priority


def test_a_waiting_job_is_called_off_at_once():
    result = tasks.add.enqueue(1, 1)
    assert jobs.cancel(result.id) == Job.CANCELLED
    run_all()
    assert jobs.job_state(result.id).state == Job.CANCELLED


def test_progress_outside_a_job_does_nothing():
    jobs.progress(1, 2, "nothing to see")
    assert not Job.objects.exists()


def test_an_effect_that_ends_its_job_happens_once_though_the_lease_was_lost(frozen_clock):
    """Ann is slow, Bo takes the job over and does it; Ann's effect is undone."""
    tasks.do_once.enqueue(1)
    [mine] = worklists.claim(Job, limit=1, lease_seconds=60, worker="ann")
    frozen_clock.ahead(seconds=61)
    assert jobs.run_due("bo") == 1
    jobs.run(mine)
    assert Counter.objects.get(name="job 1").value == 1
    assert Job.objects.get().state == Job.DONE


def test_finished_jobs_are_thrown_away_in_time_and_failed_ones_kept(frozen_clock):
    tasks.add.enqueue(1, 1)
    tasks.break_down.enqueue()
    run_all()
    frozen_clock.ahead(days=31)
    assert jobs.tidy() == 1
    assert Job.objects.get().state == Job.FAILED


# Heavy jobs: real child processes


class Worker:
    """A worker loop in a thread of the test."""

    def __enter__(self):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
        return self

    def work(self):
        from django.db import connections

        run_worker(self.stop)
        connections.close_all()

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(120)
        assert not self.thread.is_alive()


def wait_for(condition, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_heavy_job_runs_in_another_process_and_reports_progress():
    import os

    result = tasks.count_slowly.enqueue(40)
    with Worker():
        seen = wait_for(lambda: (state := jobs.job_state(result.id)).total and state)
        assert seen.total == 40
        assert seen.sentence.endswith("of 40 counted")
        wait_for(lambda: jobs.job_state(result.id).is_finished)
    result.refresh()
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.return_value != os.getpid()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_child_that_is_killed_has_its_job_done_by_the_next(monkeypatch):
    monkeypatch.setattr(worklists, "BACKOFF_FIRST_SECONDS", 0)
    result = tasks.die_the_first_time.enqueue("victim")
    assert run_worker(threading.Event(), once=True)
    result.refresh()
    assert result.return_value == "alive"
    assert Counter.objects.get(name="victim").value == 2


@pytest.mark.django_db(transaction=True)
def test_a_running_heavy_job_is_called_off_at_its_next_report():
    result = tasks.count_slowly.enqueue(10_000)
    with Worker():
        wait_for(lambda: jobs.job_state(result.id).total)
        jobs.cancel(result.id)
        wait_for(lambda: jobs.job_state(result.id).is_finished)
    assert jobs.job_state(result.id).state == Job.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_stopped_leaves_its_heavy_job_to_the_next():
    result = tasks.count_slowly.enqueue(10_000)
    with Worker():
        wait_for(lambda: jobs.job_state(result.id).total)
    job = Job.objects.get(pk=result.id)
    assert (job.state, job.attempts) == (Job.DUE, 0)
