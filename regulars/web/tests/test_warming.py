"""What a process and a day begin with, done before anybody asks."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from regulars.kit import clock, prepared
from regulars.staff.tests.builders import an_owner
from regulars.web import warming


@pytest.fixture
def _a_day_of_its_own():
    """Statements are kept by the day: nobody else may have asked for them."""
    with clock.frozen(datetime(2031, 5, 6, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def written(monkeypatch):
    """How many statements were written out, by any question."""
    found = []
    original = prepared._Statement.__init__

    def counted(statement, query):
        found.append(query.model)
        original(statement, query)

    monkeypatch.setattr(prepared._Statement, "__init__", counted)
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_day_of_its_own")
def test_after_the_warming_of_a_day_today_writes_no_statement_out(client, written):
    client.force_login(an_owner())
    warming.warm_day(clock.today())
    assert written
    written.clear()
    assert client.get("/today/").status_code == 200
    assert client.get("/people/").status_code == 200
    assert written == []


@pytest.mark.django_db
def test_warming_only_reads(frozen_clock):
    an_owner()
    asked = []

    def noted(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        warming.warm_day(clock.today())
    assert asked
    assert [sql for sql in asked if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH"))] == []


@pytest.mark.django_db
def test_a_house_where_nobody_lives_is_asked_nothing_about_its_day(frozen_clock, written):
    warming.warm_day(clock.today())
    assert written == []


def test_every_template_of_ours_is_read_and_none_of_django(db):
    names = list(warming.template_names())
    assert "today/today.html" in names
    assert "kit/base.html" in names
    assert not any(name.startswith(("admin/", "django/")) for name in names)
    warming.warm_process()


class _NoConnections:
    def close_all(self):
        """These tests keep no database."""


@pytest.fixture
def days(monkeypatch):
    """Let one day after the other be today; the last one ends it. Returns what was warmed."""
    stop, warmed = threading.Event(), []
    calendar = [date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]

    def today():
        day = calendar.pop(0)
        if not calendar:
            stop.set()
        return day

    monkeypatch.setattr(clock, "today", today)
    monkeypatch.setattr(warming, "connections", _NoConnections())
    monkeypatch.setattr(warming, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(warming, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(warming, "AFTER_A_FAULT_SECONDS", 0.0)
    monkeypatch.setattr(warming, "warm_process", lambda: warmed.append("process"))
    monkeypatch.setattr(warming, "warm_day", warmed.append)
    return stop, warmed


def test_the_process_is_warmed_once_and_each_day_once(days):
    stop, warmed = days
    warming.keep_warm(stop)
    assert warmed == ["process", date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def test_a_fault_costs_only_the_warmth_and_is_tried_again(days, monkeypatch, caplog):
    stop, warmed = days
    faults = [RuntimeError("no table yet")]

    def warm_day(on):
        if faults:
            raise faults.pop()
        warmed.append(on)

    monkeypatch.setattr(warming, "warm_day", warm_day)
    warming.keep_warm(stop)
    assert warmed == ["process", date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert "could not be warmed" in caplog.text
