"""Two worker processes, one of them killed in the middle: nothing is lost and nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import transaction

from regulars.kit import bulletin
from regulars.kit.models import Counter, HandlerCursor, Heartbeat, Job
from regulars.kit.tests import tasks_for_tests as tasks

COUNT = 80


def a_worker():
    process = subprocess.Popen([sys.executable, "-m", "regulars.kit.tests.a_worker"], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


def wait_until(condition, seconds=300):
    """A disk that stalls puts a job back for 10, 20, 40, 80 seconds: such pauses are no fault."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            open_ones = Job.objects.exclude(state=Job.DONE).values_list("state", "attempts", "due_at", "last_error")
            pytest.fail(f"it did not happen in time; open: {list(open_ones[:5])}")
        time.sleep(0.1)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_every_effect_happens_once_though_one_of_two_workers_is_killed(monkeypatch):
    monkeypatch.setattr(bulletin, "_handlers", {})
    tasks.listen()
    bulletin.enrol()
    victim, survivor = a_worker(), a_worker()
    try:
        wait_until(lambda: Heartbeat.objects.count() == 2)
        with transaction.atomic():
            for number in range(COUNT):
                tasks.do_once.enqueue(number)
            bulletin.post(*(tasks.Happened(number) for number in range(COUNT)))
        wait_until(lambda: Counter.objects.filter(name__startswith="job").count() > COUNT // 6)
        os.kill(victim.pid, signal.SIGKILL)
        wait_until(lambda: Job.objects.filter(state=Job.DONE).count() == COUNT)
        wait_until(lambda: Counter.objects.filter(name__startswith="news").count() == COUNT)
    finally:
        for process in (victim, survivor):
            process.kill()
            process.wait()
            process.stdout.close()
    effects = dict(Counter.objects.exclude(name__in=["change_number", "epoch_offset"]).values_list("name", "value"))
    assert len(effects) == 2 * COUNT
    assert set(effects.values()) == {1}
    assert HandlerCursor.objects.get(name="tests.happened").last_error == ""
