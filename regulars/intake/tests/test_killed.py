"""A process killed in the middle of a file, the hard way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services import running, writing
from regulars.intake.services.holding import taken_up
from regulars.intake.services.running import begin, carry_out
from regulars.intake.services.undoing import undo
from regulars.intake.staging import contents
from regulars.intake.tests.a_taker import SLICE
from regulars.intake.tests.builders import a_business, a_file, some_first_sales, taken_in, the_whole_book
from regulars.people.models import Person
from regulars.purchases.models import Order, PersonTotals


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    a_business()
    rows = "".join(f"K{n},2026-02-01,p{n % 90}@lindenblatt.example,1.00\n" for n in range(600))
    path = a_file(tmp_path, "Order,Date,Email,Total\n" + rows)
    run = begin(path, "k.csv", ImportOptions())
    _take_in_until(run, path, 50)
    assert 0 < run.cursor < 600
    assert Order.objects.count() == run.cursor
    carry_out(run, path)
    run.refresh_from_db()
    assert (run.state, run.orders_new, run.orders_seen, run.people_new) == (ImportRun.State.FINISHED, 600, 0, 90)
    assert (Order.objects.count(), Person.objects.count(), PersonTotals.objects.count()) == (600, 90, 90)
    assert sum(PersonTotals.objects.values_list("net_amount", flat=True)) == 600


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_first_file_killed_twice_among_its_lots_ends_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    monkeypatch.setattr(writing, "MUCH", 0)
    monkeypatch.setattr(contents, "SLICE", SLICE)
    path = a_file(tmp_path, some_first_sales())
    undisturbed = taken_in(path)
    expected = the_whole_book()
    undo(ImportRun.objects.get())
    assert not Order.objects.exists()
    run = begin(path, path.name, ImportOptions())
    assert run.was_first
    _take_in_until(run, path, 60, "lots")
    places = run.people_after, run.orders_after
    first = run.cursor
    _take_in_until(run, path, first + 100, "lots")
    assert (run.people_after, run.orders_after) == places
    assert first < run.cursor < 600
    assert Order.objects.count() == run.orders_new == run.cursor
    carry_out(run, path)
    run.refresh_from_db()
    told = undisturbed["people"], undisturbed["orders"]
    assert (run.people_new, run.people_matched) == (told[0]["new"], told[0]["matched"])
    assert (run.orders_new, run.orders_seen, run.orders_updated, run.orders_cancelled) == tuple(
        told[1][name] for name in ("new", "seen", "updated", "cancelled")
    )
    assert the_whole_book() == expected
    assert set(Order.objects.values_list("pk", flat=True)) == {(run.orders_after or 0) + n for n in range(1, 601)}
    undo(run)
    assert not Order.objects.exists()
    assert not Person.objects.here().exists()


def _take_in_until(run: ImportRun, path: Path, cursor: int, *how: str) -> None:
    """Take the file in by a process of its own, which is killed when it has come to this place."""
    command = [sys.executable, "-m", "regulars.intake.tests.a_taker", str(run.pk), str(path), *how]
    taker = subprocess.Popen(command)
    try:
        until = time.monotonic() + 120
        while not ImportRun.objects.filter(pk=run.pk, cursor__gte=cursor).exists():
            assert time.monotonic() < until, "it did not come so far in time"
            assert taker.poll() is None
            time.sleep(0.02)
        os.kill(taker.pid, signal.SIGKILL)
    finally:
        taker.kill()
        taker.wait()
    run.refresh_from_db()
    assert run.state == ImportRun.State.RUNNING


@pytest.mark.django_db
def test_a_file_told_once_more_after_the_terminal_was_killed_goes_on_as_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    rows = "".join(f"K{n},2026-02-01,p{n % 7}@lindenblatt.example,1.00\n" for n in range(40))
    path = a_file(tmp_path, "Order,Date,Email,Total\n" + rows)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "EMPTY_FIRST_CHUNK", 5)
        patch.setattr(writing, "EMPTY_HELD_MS", 1)
        write = writing.Writer.write

        def broken(self: writing.Writer, chunk: Any) -> None:
            if Order.objects.count() > 10:
                raise KeyboardInterrupt
            write(self, chunk)

        patch.setattr(writing.Writer, "write", broken)
        with pytest.raises(KeyboardInterrupt):
            taken_in(path)
    assert 10 < Order.objects.count() < 40
    assert taken_in(path, is_dry_run=True)["orders"]["new"] < 40
    answer = taken_in(path)
    assert (answer["orders"]["new"], answer["orders"]["seen"], answer["people"]["new"]) == (40, 0, 7)
    run = ImportRun.objects.get()
    assert run.state == ImportRun.State.FINISHED
    assert taken_in(path)["orders"]["seen"] == 40
    undo(run)
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_a_file_that_another_process_is_taking_in_is_left_to_it(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, "Order,Date,Email,Total\nA,2026-02-01,a@lindenblatt.example,1.00\n")
    with taken_up(path, path.name, ImportOptions(), None) as run:
        assert taken_in(path)["orders"]["new"] == 1
        assert ImportRun.objects.exclude(pk=run.pk).get().orders_new == 1
