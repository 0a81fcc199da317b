"""A process killed in the middle of a file, the hard way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.running import begin, carry_out
from regulars.intake.tests.builders import a_business, a_file
from regulars.people.models import Person
from regulars.purchases.models import Order, PersonTotals


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    a_business()
    rows = "".join(f"K{n},2026-02-01,p{n % 90}@lindenblatt.example,1.00\n" for n in range(600))
    path = a_file(tmp_path, "Order,Date,Email,Total\n" + rows)
    run = begin(path, "k.csv", ImportOptions())
    taker = subprocess.Popen([sys.executable, "-m", "regulars.intake.tests.a_taker", str(run.pk), str(path)])
    try:
        _wait_until_half_done(run)
        os.kill(taker.pid, signal.SIGKILL)
    finally:
        taker.kill()
        taker.wait()
    run.refresh_from_db()
    assert 0 < run.cursor < 600
    assert Order.objects.count() == run.cursor
    carry_out(run, path)
    run.refresh_from_db()
    assert (run.state, run.orders_new, run.orders_seen, run.people_new) == (ImportRun.State.FINISHED, 600, 0, 90)
    assert (Order.objects.count(), Person.objects.count(), PersonTotals.objects.count()) == (600, 90, 90)
    assert sum(PersonTotals.objects.values_list("net_amount", flat=True)) == 600


def _wait_until_half_done(run: ImportRun) -> None:
    until = time.monotonic() + 60
    while not ImportRun.objects.filter(pk=run.pk, cursor__gte=50).exists():
        assert time.monotonic() < until, "it did not begin in time"
        time.sleep(0.02)
