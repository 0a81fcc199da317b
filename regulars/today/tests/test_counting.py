"""The number beside the room's name: kept by the worker and by every answer, read by every page."""

from __future__ import annotations

import contextvars
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from regulars.kit import clock, schedules
from regulars.today import queries, services
from regulars.today.lines import KINDS
from regulars.today.models import Waiting
from regulars.today.services.counting import keep_counts
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    cache.clear()
    a_shop()


@pytest.fixture
def two_wait(db, the_day):
    bought(a_person("Ann"), [8])
    bought(a_person("Bo"), [9])


def test_a_page_reads_the_number_in_one_query_and_looks_for_no_line(two_wait, django_assert_num_queries) -> None:
    keep_counts()
    with django_assert_num_queries(1):
        assert queries.kept_count(ON) == 2


def test_the_worker_counts_every_few_minutes(two_wait) -> None:
    schedules.run_scheduled.func("lines that wait")
    assert Waiting.objects.count() == len(KINDS)
    assert queries.kept_count(ON) == queries.waiting_count(ON) == 2


def test_a_number_of_yesterday_or_of_an_hour_ago_is_none(two_wait, frozen_clock) -> None:
    keep_counts()
    assert queries.kept_count(ON + timedelta(days=1)) is None
    frozen_clock.move_to(clock.now() + timedelta(hours=1))
    assert queries.kept_count(ON) is None


def test_the_number_is_right_at_once_after_an_answer(
    two_wait, client, django_capture_on_commit_callbacks, django_assert_num_queries
) -> None:
    maya = an_owner()
    keep_counts()
    line = queries.plan(ON).lines[0]
    with django_capture_on_commit_callbacks(execute=True):
        services.skip_line(line.key, maya)
    assert queries.kept_count(ON) == 1
    client.force_login(maya)
    assert '<span class="rail-count">1<' in client.get("/people/").text
    with django_capture_on_commit_callbacks(execute=True):
        services.reopen_line(line.key, maya)
    assert queries.kept_count(ON) == 2
    assert '<span class="rail-count">2<' in client.get("/people/").text


def test_the_first_answer_of_a_day_counts_every_kind(two_wait, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.skip_line(queries.plan(ON).lines[0].key, an_owner())
    assert queries.kept_count(ON) == 1


def test_the_page_itself_says_what_it_shows_and_keeps_nothing(two_wait, client) -> None:
    keep_counts()
    bought(a_person("Cy"), [8])
    client.force_login(an_owner())
    at = set(Waiting.objects.values_list("at", "lines"))
    assert '<span class="rail-count">3<' in client.get("/today/").text
    assert '<span class="rail-count">2<' in client.get("/people/").text
    assert set(Waiting.objects.values_list("at", "lines")) == at


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_hands_that_count_at_once_keep_one_number_a_kind(the_day) -> None:
    bought(a_person("Ann"), [8])
    start, faults = threading.Barrier(6), []

    def count() -> None:
        try:
            start.wait()
            keep_counts()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=contextvars.copy_context().run, args=(count,)) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert faults == []
    assert Waiting.objects.count() == len(KINDS)
    assert queries.kept_count(ON) == 1
