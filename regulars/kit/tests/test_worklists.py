"""Due work: claimed once, kept under a lease, put back with a pause, set aside in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from regulars.kit import clock, worklists
from regulars.kit.models import Job


def due_jobs(count, **columns):
    return Job.objects.bulk_create([Job(task_path=f"work {number}", **columns) for number in range(count)])


def claim(limit=10, worker="ann", seconds=60):
    return worklists.claim(Job, limit=limit, lease_seconds=seconds, worker=worker)


@pytest.mark.django_db
def test_the_more_urgent_comes_first_then_what_has_waited_longest():
    late = Job.objects.create(task_path="late", due_at=clock.now() - timedelta(hours=1))
    early = Job.objects.create(task_path="early", due_at=clock.now() - timedelta(hours=2))
    urgent = Job.objects.create(task_path="urgent", priority=5)
    assert [job.pk for job in claim()] == [urgent.pk, early.pk, late.pk]


@pytest.mark.django_db
def test_no_more_is_claimed_than_asked_for_and_nothing_that_was_filtered_out():
    due_jobs(5)
    due_jobs(5, queue="heavy")
    mine = worklists.claim(Job.objects.filter(queue="heavy"), limit=3, lease_seconds=60, worker="ann")
    assert {job.queue for job in mine} == {"heavy"}
    assert len(mine) == Job.objects.filter(state=Job.CLAIMED).count() == 3


@pytest.mark.django_db
def test_what_is_due_tomorrow_is_left_alone():
    due_jobs(1, due_at=clock.now() + timedelta(days=1))
    assert claim() == []


@pytest.mark.django_db
def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(frozen_clock):
    due_jobs(1)
    assert len(claim(worker="ann")) == 1
    assert claim(worker="bo") == []
    frozen_clock.ahead(seconds=61)
    [again] = claim(worker="bo")
    assert (again.leased_by, again.attempts) == ("bo", 2)


@pytest.mark.django_db
def test_a_renewed_lease_lasts_longer(frozen_clock):
    due_jobs(1)
    mine = claim()
    frozen_clock.ahead(seconds=50)
    assert worklists.renew(mine, lease_seconds=60) == 1
    frozen_clock.ahead(seconds=50)
    assert claim(worker="bo") == []


@pytest.mark.django_db
def test_done_after_the_lease_was_lost_undoes_the_effect(frozen_clock):
    due_jobs(1)
    mine = claim(worker="ann")
    frozen_clock.ahead(seconds=61)
    assert claim(worker="bo")

    @transaction.atomic
    def do_it():
        Job.objects.create(task_path="the effect")
        worklists.done(mine)

    with pytest.raises(worklists.LeaseLost):
        do_it()
    assert not Job.objects.filter(task_path="the effect").exists()


@pytest.mark.django_db
def test_a_failed_row_waits_longer_each_time_and_is_then_set_aside(frozen_clock):
    due_jobs(1)
    pauses = []
    for _ in range(Job.MAX_ATTEMPTS - 1):
        [row] = claim()
        assert worklists.reschedule(row, "no paper", random=lambda: 1.0)
        row.refresh_from_db()
        pauses.append((row.due_at - clock.now()).total_seconds())
        frozen_clock.move_to(row.due_at)
    assert pauses == [10, 20, 40, 80]
    [row] = claim()
    assert not worklists.reschedule(row, "no paper")
    row.refresh_from_db()
    assert (row.state, row.last_error) == (Job.SET_ASIDE, "no paper")


def test_the_pause_is_spread_over_half_to_whole_and_has_an_end():
    assert worklists.backoff_seconds(1, random=lambda: 0.0) == 5
    assert worklists.backoff_seconds(1, random=lambda: 1.0) == 10
    assert worklists.backoff_seconds(500, random=lambda: 1.0) == 6 * 60 * 60


@pytest.mark.django_db
def test_work_that_kills_its_worker_every_time_is_set_aside(frozen_clock):
    due_jobs(1)
    for _ in range(Job.MAX_ATTEMPTS):
        assert claim()
        frozen_clock.ahead(seconds=61)
    assert claim() == []
    assert Job.objects.get().state == Job.SET_ASIDE


@pytest.mark.django_db
def test_a_person_puts_set_aside_work_back_in_the_line():
    due_jobs(1)
    worklists.set_aside(claim()[0], "no paper")
    assert worklists.try_again(Job.objects.all()) == 1
    assert claim()[0].attempts == 1


@pytest.mark.django_db
def test_work_given_back_at_a_stop_has_not_been_tried():
    due_jobs(1)
    worklists.give_back(claim())
    assert claim()[0].attempts == 1


@pytest.mark.django_db
def test_looking_at_an_empty_list_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        assert claim() == []
    assert queries[0]["sql"].startswith("SELECT")


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_claim_at_once_get_different_rows(in_threads):
    due_jobs(200)

    def take(number):
        mine = []
        while rows := claim(limit=7, worker=f"thread {number}"):
            mine += [row.pk for row in rows]
            worklists.done(rows)
        return mine

    taken = in_threads(4, take)
    assert not [fault for fault in taken if isinstance(fault, Exception)]
    ids = [pk for mine in taken for pk in mine]
    assert len(ids) == len(set(ids)) == 200
    assert Job.objects.filter(state=Job.DONE, attempts=1).count() == 200
