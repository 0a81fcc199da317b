"""Statements written once: what they read is always of now, of this thread and of the database in use."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, date, datetime

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.models import Counter
from regulars.kit.prepared import prepared
from regulars.kit.services import change_business, set_up_business
from regulars.kit.simulation import on_a_copy
from regulars.kit.tests.test_database import sqlite_only

pytestmark = pytest.mark.django_db


def a_reader():
    """A prepared query, and what was asked of it whenever its statement was written."""
    written = []

    @prepared
    def named(start, limit=9, only=None):
        written.append((start, limit, only))
        rows = Counter.objects.filter(name__startswith=start).order_by("name")
        if only is not None:
            rows = rows.filter(value__in=only)
        return rows.values_list("name", flat=True)[:limit]

    return named, written


def count(*names: str) -> None:
    for value, name in enumerate(names):
        Counter.objects.create(name=name, value=value)


def test_the_same_question_is_written_once_and_answered_anew_each_time():
    named, written = a_reader()
    assert named("q") == []
    count("q one", "q two")
    assert named("q") == ["q one", "q two"]
    Counter.objects.filter(name="q one").delete()
    assert named("q") == ["q two"]
    assert len(written) == 1


def test_another_question_has_a_statement_of_its_own():
    named, written = a_reader()
    count("q one", "q two", "r")
    assert (named("q"), named("r"), named("q", limit=1), named("q")) == (["q one", "q two"], ["r"], ["q one"],
                                                                        ["q one", "q two"])  # fmt: skip
    assert len(written) == 3


def test_a_set_of_numbers_is_asked_for_once_and_kept_by_nobody():
    named, written = a_reader()
    count("q one", "q two", "q three")
    for _ in range(2):
        assert named("q", only={1}) == ["q two"]
    assert len(written) == 2


def test_what_finds_nothing_whatever_there_is_asks_nothing():
    named, written = a_reader()
    count("q one")
    business()  # settings are read again now and then
    with CaptureQueriesContext(connection) as asked:
        assert [named("q", limit=0), named("q", limit=0), named("q", only=frozenset())] == [[], [], []]
    assert not asked.captured_queries
    assert len(written) == 2


def test_rows_come_as_the_query_has_them_whole_named_or_as_rows():
    count("q one")

    @prepared
    def whole():
        return Counter.objects.filter(name="q one")

    @prepared
    def with_names():
        return Counter.objects.filter(name="q one").values_list("name", "value", named=True)

    for _ in range(2):
        (row,), (said,) = whole(), with_names()
        assert isinstance(row, Counter)
        assert (row.name, row._state.db, said.value) == ("q one", "default", 0)
    row.value = 7
    row.save()
    assert whole()[0].value == 7


def test_a_fault_of_the_query_itself_is_told():
    @prepared
    def odd(_what):
        raise TypeError("a fault of its own")

    with pytest.raises(TypeError, match="of its own"):
        odd("q")


def test_the_day_and_the_time_zone_are_part_of_the_question(frozen_clock):
    set_up_business(name="Boutique", zone="UTC", currency="EUR")
    starts = []

    @prepared
    def since():
        starts.append(clock.start_of(date(2026, 6, 10)))
        return Counter.objects.all()

    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    since()
    since()
    change_business(zone="Pacific/Auckland")
    since()
    frozen_clock.move_to(datetime(2026, 6, 12, 9, tzinfo=UTC))
    since()
    assert [at.hour for at in starts] == [0, 12, 12]


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_asked_of_the_database_in_use():
    sqlite_only()
    named, _written = a_reader()
    count("q real")
    assert named("q") == ["q real"]
    with on_a_copy():
        with transaction.atomic():
            Counter.objects.create(name="q copied")
        assert named("q") == ["q copied", "q real"]
    assert named("q") == ["q real"]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_threads_share_a_statement_each_over_its_own_connection(in_threads):
    named, written = a_reader()
    count("q one", "q two")
    assert named("q") == ["q one", "q two"]
    answers = in_threads(6, lambda _number: [named("q") for _ in range(20)])
    assert answers == [[["q one", "q two"]] * 20] * 6
    assert len(written) == 1


@pytest.mark.django_db(transaction=True)
def test_a_statement_keeps_no_connection_of_the_thread_that_wrote_it(in_threads):
    named, written = a_reader()

    def first(_number):
        named("q")
        return weakref.ref(connections["default"])

    (left,) = in_threads(1, first)
    gc.collect()
    assert left() is None
    count("q one")
    assert named("q") == ["q one"]
    assert len(written) == 1
