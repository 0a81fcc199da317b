"""What a process and a day begin with, done before anybody asks."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from regulars.kit import clock, prepared
from regulars.staff.tests.builders import an_owner
from regulars.web import visits, warming
from regulars.web.visits import Visits


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


def all_of(pieces):
    """Do all of them at once. Returns how many they were."""
    return sum(1 for _ in pieces)


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_day_of_its_own")
def test_after_the_warming_of_a_day_today_writes_no_statement_out(client, written):
    client.force_login(an_owner())
    all_of(warming.day_pieces(clock.today()))
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
        all_of(warming.day_pieces(clock.today()))
    assert asked
    assert [sql for sql in asked if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH"))] == []


@pytest.mark.django_db
def test_a_house_where_nobody_lives_is_asked_nothing_about_its_day(frozen_clock, written):
    all_of(warming.day_pieces(clock.today()))
    assert written == []


def test_every_template_of_ours_is_read_and_none_of_django(db):
    names = list(warming.template_names())
    assert "today/today.html" in names
    assert "kit/base.html" in names
    assert not any(name.startswith(("admin/", "django/")) for name in names)
    all_of(warming.process_pieces())


def no_page(environ, start_response):
    raise AssertionError("nobody asks for a page here")


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

    def noted(what):
        warmed.append(what)
        yield

    monkeypatch.setattr(clock, "today", today)
    monkeypatch.setattr(warming, "connections", _NoConnections())
    monkeypatch.setattr(warming, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(warming, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(warming, "AFTER_A_FAULT_SECONDS", 0.0)
    monkeypatch.setattr(visits, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(warming, "process_pieces", lambda: noted("process"))
    monkeypatch.setattr(warming, "day_pieces", lambda on: noted(on))
    return stop, warmed


def test_the_process_is_warmed_once_and_each_day_once(days):
    stop, warmed = days
    warming.keep_warm(stop, Visits(no_page))
    assert warmed == ["process", date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def test_a_fault_costs_only_the_warmth_and_is_tried_again(days, monkeypatch, caplog):
    stop, warmed = days
    faults = [RuntimeError("no table yet")]

    def day_pieces(on):
        if faults:
            raise faults.pop()
        warmed.append(on)
        yield

    monkeypatch.setattr(warming, "day_pieces", day_pieces)
    warming.keep_warm(stop, Visits(no_page))
    assert warmed == ["process", date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert "could not be warmed" in caplog.text


def test_a_page_under_way_keeps_the_warming_waiting(monkeypatch):
    monkeypatch.setattr(visits, "QUIET_SECONDS", 0.01)
    asked, answer, done, stop = threading.Event(), threading.Event(), [], threading.Event()

    def slow_page(environ, start_response):
        asked.set()
        answer.wait(20)
        done.append("page")
        return [b"a page"]

    def pieces():
        yield
        done.append("piece")

    house = Visits(slow_page)
    visitor = threading.Thread(target=house, args=({}, None))
    visitor.start()
    asked.wait(20)
    warmer = threading.Thread(target=warming._between_pages, args=(pieces(), house, stop))
    warmer.start()
    warmer.join(0.1)
    assert done == []
    answer.set()
    visitor.join(20)
    warmer.join(20)
    assert done == ["page", "piece"]
    assert house.under_way == 0


def test_the_warming_waits_until_a_moment_after_the_last_page_or_until_the_process_ends(monkeypatch):
    waited: list[float] = []
    stop = threading.Event()
    monkeypatch.setattr("regulars.web.visits.time.monotonic", lambda: 100.0 + sum(waited))
    monkeypatch.setattr(stop, "wait", lambda seconds: waited.append(seconds))
    house = Visits(lambda environ, start_response: [b"a page"])
    assert house({}, None) == [b"a page"]
    house.let_pass(stop)
    assert sum(waited) == pytest.approx(visits.QUIET_SECONDS)
    house.under_way = 1
    monkeypatch.setattr(stop, "wait", lambda seconds: True)
    house.let_pass(stop)


def test_a_page_that_fails_is_no_longer_under_way():
    house = Visits(no_page)
    with pytest.raises(AssertionError):
        house({}, None)
    assert house.under_way == 0
