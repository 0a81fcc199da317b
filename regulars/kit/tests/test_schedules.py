"""Recurring work: started once by any number of workers, caught up once after downtime."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.kit import clock, jobs, schedules
from regulars.kit.models import Job, Schedule
from regulars.kit.services import change_business, set_up_business

pytestmark = pytest.mark.django_db

done: list[datetime] = []


def work():
    done.append(clock.now())


def broken():
    raise ValueError("no ink")


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    monkeypatch.setattr(schedules, "_recurring", {})
    done.clear()


def turn():
    schedules.enrol()
    started = schedules.run_due()
    while jobs.run_due("ann"):
        pass
    return started


def test_a_schedule_runs_when_it_falls_due_and_not_before(frozen_clock):
    schedules.every("nightly", cron="15 3 * * *")(work)
    assert turn() == 0
    frozen_clock.move_to(datetime(2026, 3, 5, 3, 15, tzinfo=UTC))
    assert turn() == 1
    assert turn() == 0
    assert done == [datetime(2026, 3, 5, 3, 15, tzinfo=UTC)]


def test_a_laptop_that_slept_for_a_week_catches_up_once(frozen_clock):
    schedules.every("nightly", cron="15 3 * * *")(work)
    turn()
    frozen_clock.ahead(days=7)
    assert [turn(), turn()] == [1, 0]
    assert len(done) == 1
    assert Schedule.objects.get().next_at == datetime(2026, 3, 12, 3, 15, tzinfo=UTC)


def test_a_schedule_follows_the_zone_of_the_business(frozen_clock):
    set_up_business(name="Boutique", zone="America/New_York", currency="USD")
    schedules.every("nightly", cron="15 3 * * *")(work)
    turn()
    assert Schedule.objects.get().next_at == datetime(2026, 3, 5, 8, 15, tzinfo=UTC)
    change_business(zone="Asia/Tokyo")
    turn()
    assert Schedule.objects.get().next_at == datetime(2026, 3, 4, 18, 15, tzinfo=UTC)


def test_a_line_that_was_changed_is_reckoned_anew(frozen_clock):
    schedules.every("nightly", cron="15 3 * * *")(work)
    turn()
    schedules.every("nightly", cron="15 4 * * *")(work)
    turn()
    assert Schedule.objects.get().next_at == datetime(2026, 3, 5, 4, 15, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_what_went_wrong_stands_on_the_row_until_it_goes_well(frozen_clock):
    schedules.every("nightly", cron="15 3 * * *")(broken)
    turn()
    frozen_clock.ahead(days=1)
    turn()
    row = Schedule.objects.get()
    assert row.last_error == "ValueError: no ink"
    assert row.last_finished_at is None


def test_a_run_that_is_not_over_is_not_started_again(frozen_clock):
    schedules.every("nightly", cron="15 3 * * *")(work)
    turn()
    for _ in range(3):
        frozen_clock.ahead(days=1)
        schedules.run_due()
    assert Job.objects.count() == 1


def test_two_schedules_may_not_share_a_name():
    schedules.every("nightly", cron="15 3 * * *")(work)
    with pytest.raises(ValueError, match="nightly"):
        schedules.every("nightly", cron="15 3 * * *")(broken)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_four_workers_start_a_schedule_once(in_threads):
    schedules.every("nightly", cron="15 3 * * *")(work)
    schedules.enrol()
    Schedule.objects.update(next_at=datetime(2020, 1, 1, tzinfo=UTC))

    def start(_number):
        schedules.enrol()
        return schedules.run_due()

    started = in_threads(4, start)
    assert sorted(started) == [0, 0, 0, 1]
    assert Job.objects.count() == 1
