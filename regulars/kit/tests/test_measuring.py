"""Tables that grow by the second are known to the planner before PostgreSQL would look by itself."""

import time

import pytest
from django.db import DatabaseError, connection

from regulars.kit import measuring
from regulars.kit.models import Counter

pytestmark = pytest.mark.both_databases
TABLE = Counter._meta.db_table
PATIENCE_SECONDS = 60
ROWS = 20_000  # more than a hundred pages of them


@pytest.fixture(autouse=True)
def _an_empty_table_nobody_measured(db):
    """What was written and taken back before, as tests do, leaves its pages and what was measured of them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLE}")


def many_rows(name):
    Counter.objects.bulk_create([Counter(name=f"{name} {number:030}", value=number) for number in range(ROWS)])


def measurers():
    """How many connections of this database measured a table last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ANALYZE %' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def known_rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [TABLE])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_table_is_measured_when_it_has_grown_fourfold_and_not_again_before_it_does_so_once_more():
    many_rows("first")
    on_postgres = connection.vendor == "postgresql"
    assert (TABLE in measuring.measure_grown()) is on_postgres
    assert measuring.measure_grown() == []
    many_rows("second")
    assert measuring.measure_grown() == []
    if on_postgres:
        assert known_rows() == pytest.approx(ROWS, rel=0.2)


@pytest.mark.django_db(transaction=True)
def test_what_grows_is_measured_beside_the_writing_by_a_connection_that_is_closed_afterwards():
    with measuring.measured_as_they_grow():
        many_rows("beside")
    if connection.vendor == "postgresql":
        assert known_rows() == pytest.approx(ROWS, rel=0.2)
        until = time.monotonic() + PATIENCE_SECONDS  # the server lets go of a connection a moment after it is closed
        while measurers() and time.monotonic() < until:
            time.sleep(0.05)
        assert measurers() == 0


@pytest.mark.django_db(transaction=True)
def test_a_fault_while_measuring_costs_nothing_but_the_measuring(monkeypatch, caplog):
    def fail():
        raise DatabaseError("no")

    monkeypatch.setattr(measuring, "measure_grown", fail)
    with measuring.measured_as_they_grow():
        many_rows("kept")
    assert Counter.objects.filter(name__startswith="kept").count() == ROWS
    assert ("could not be measured" in caplog.text) is (connection.vendor == "postgresql")
