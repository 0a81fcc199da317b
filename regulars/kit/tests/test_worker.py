"""The loop that does what is due, and what it says about itself."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import translation
from django.utils.translation import gettext

from regulars.kit import bulletin, jobs, schedules, worker
from regulars.kit.models import Counter, Heartbeat
from regulars.kit.services import set_up_business
from regulars.kit.standing_by import hold_the_lock
from regulars.kit.tests import tasks_for_tests as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    monkeypatch.setattr(bulletin, "_handlers", {})
    monkeypatch.setattr(schedules, "_recurring", {})
    monkeypatch.setattr(worker, "_pollers", {})


def poll_something():
    return 0


def poll_something_else():
    return 0


def test_once_means_until_nothing_is_due_any_more(work):
    """A handler that enqueues a job, whose effect is polled up."""
    left = [3, 2, 1]
    worker.poller("tests.left", seconds=60)(lambda: left.pop() if left else 0)
    tasks.listen()
    with transaction.atomic():
        bulletin.post(tasks.Happened(1))
    job = tasks.add.enqueue(1, 2)
    assert work() == 1 + 1 + 6
    assert jobs.job_state(job.id).state == "done"
    assert Counter.objects.get(name="news 1").value == 1
    assert work() == 0


def test_a_fault_in_one_part_is_noted_and_stops_no_other(work):
    def broken():
        raise ValueError("the printer is on fire")

    worker.poller("a.broken", seconds=1)(broken)
    done = [1]
    worker.poller("b.sound", seconds=1)(lambda: done.pop() if done else 0)
    assert work() == 1
    assert "a.broken: ValueError: the printer is on fire" in Heartbeat.objects.get().last_error


def test_the_worker_speaks_the_language_of_the_business(work):
    """What it writes down at night is read by the shop."""
    set_up_business(name="Laden", zone="Europe/Berlin", currency="EUR", language="de")
    said = set()

    def speak():
        said.add(gettext("Today"))
        return 0

    worker.poller("tests.speaking", seconds=60)(speak)
    with translation.override("en"):
        work()
        assert gettext("Today") == "Today"
    assert said == {"Heute"}


def test_two_pollers_may_not_share_a_name():
    worker.poller("tests.same", seconds=1)(poll_something)
    worker.poller("tests.same", seconds=1)(poll_something)
    with pytest.raises(ValueError, match=r"tests\.same"):
        worker.poller("tests.same", seconds=1)(poll_something_else)


def test_a_worker_leaves_a_sign_of_life(work):
    work()
    assert [row.worker for row in worker.workers()] == [Heartbeat.objects.get().worker]


@pytest.mark.django_db(transaction=True)
def test_new_work_wakes_the_worker_at_once(monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 600.0)
    stop = threading.Event()

    def loop():
        worker.run_worker(stop)
        connections.close_all()

    thread = threading.Thread(target=loop)
    thread.start()
    time.sleep(1)
    job = tasks.add.enqueue(1, 2)
    patience = time.monotonic() + 120
    while not jobs.job_state(job.id).is_finished and time.monotonic() < patience:
        time.sleep(0.02)
    has_woken = jobs.job_state(job.id).is_finished
    stop.set()
    worker.wake()
    thread.join(60)
    assert not thread.is_alive()
    assert has_woken, "it did not sleep out its ten minutes"


def test_of_two_web_processes_one_works_and_the_other_takes_over():
    held = (
        "import sys, threading, django; django.setup()\n"
        "from regulars.kit.standing_by import hold_the_lock\n"
        "with hold_the_lock(threading.Event()): print('working', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout
    assert other.stdout.readline() == b"working\n"
    stop, ours = threading.Event(), threading.Event()

    def stand_by():
        with hold_the_lock(stop, look_again_seconds=0.05):
            ours.set()

    thread = threading.Thread(target=stand_by)
    thread.start()
    assert not ours.wait(0.5), "the other one works"
    other.kill()
    other.wait()
    assert ours.wait(60), "and when it is gone, we do"
    thread.join(60)
    other.stdout.close()
    assert (settings.DATA_DIR / "worker.lock").exists()
