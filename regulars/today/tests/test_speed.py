"""Each kind of line finds who is due by an index, in as many queries for many people as for few."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.intake.models import Feed, ImportRun, Question
from regulars.outreach.models import Touch
from regulars.outreach.tests.builders import a_touch
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.rapport import services as rapport
from regulars.today import queries
from regulars.today.lines import KINDS, Kind
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought, graded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_day")]
MOST_QUERIES = 7
# Settings: a row or a row a kind of person, whatever the size of the shop.
SETTINGS = ("kit_business", "rapport_kindrhythm", "rapport_askingpage", "outreach_textaccount")
# What is read besides about those already found, by their numbers.
ABOUT_THOSE_FOUND = re.compile(r'"(id|person_id)" IN \((SELECT |\d)')
CUT_OFF = re.compile(r"LIMIT \d+$")


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def custom(n: int) -> None:
    """People who are due for something of every sort that orders and dates bring about."""
    for number in range(n):
        person = a_person(f"P {number:03}")
        people.add_occasion(person, "birthday", PartialDate(6, 12))
        people.remind(person, "Ring ready", ON)
        bought(person, [8, 83, 124, 165, 365])
        bought(a_person(f"Q {number:03}"), [83, 124, 165])
        supplier(number)
        asked_at = datetime(2026, 6, 9, 9, tzinfo=UTC)
        Question.objects.create(kind=f"k {number}", text="Which is it?", asked_at=asked_at)
        ImportRun.objects.create(name="new.csv", from_inbox=True, state=ImportRun.State.WAITING, added_at=asked_at)
        key = f"{n} {number}"
        Feed.objects.create(header_key=key, name=key, last_taken_at=asked_at, due_on=ON, due_mark=ON.isoformat())
    graded()


def supplier(number: int) -> None:
    """Somebody nobody has spoken to for half a year; every other one by a rhythm of their own."""
    person = a_person(f"S {number:03}", kinds=("supplier",))
    Person.objects.filter(pk=person.pk).update(added_at=datetime(2026, 1, 2, 12, tzinfo=UTC))
    if number % 2:
        rapport.set_rhythm(person, 2)


def asked(kind: Kind, limit: int = 5) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        kind.due(ON, limit, None)
    return _counted(seen)


def _counted(seen: CaptureQueriesContext) -> list[str]:
    """All but what reads settings."""
    found = [query["sql"] for query in seen.captured_queries]
    return [sql for sql in found if not any(f'FROM "{name}"' in sql for name in SETTINGS)]


def test_a_kind_asks_as_often_for_many_people_as_for_few() -> None:
    custom(2)
    few = {kind.key: len(asked(kind)) for kind in KINDS}
    custom(8)
    for kind in KINDS:
        many = asked(kind)
        assert len(many) <= max(few[kind.key], 1) <= MOST_QUERIES, (kind.key, many)
        assert all(CUT_OFF.search(sql) or ABOUT_THOSE_FOUND.search(sql) for sql in many), (kind.key, many)


def test_a_kind_finds_who_is_due_by_an_index_and_stops_at_the_limit() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table this small from end to end, and rightly so.")
    custom(2)
    for kind in KINDS:
        for sql in asked(kind):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
                steps = [row[3] for row in cursor.fetchall()]
            read_through = [step for step in steps if step.startswith("SCAN ") and "INDEX" not in step]
            assert not [step for step in read_through if "json_each" not in step], (kind.key, steps, sql)
            assert "USE TEMP B-TREE FOR ORDER BY" not in steps, (kind.key, steps, sql)


def test_contract_days_are_not_looked_for_among_the_birthdays() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table this small from end to end, and rightly so.")
    (sql,) = asked(next(kind for kind in KINDS if kind.key == "contract"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        assert "occasion_contract" in cursor.fetchall()[0][3]


def test_whether_a_purchase_was_the_first_of_the_day_is_asked_of_the_person_not_of_the_day() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table this small from end to end, and rightly so.")
    sql = asked(next(kind for kind in KINDS if kind.key == "thank_you"))[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [row[3] for row in cursor.fetchall()]
    assert [step for step in steps if step.startswith("SEARCH U0 USING INDEX order_by_person")], steps


def test_the_page_asks_as_often_for_many_people_as_for_few(client) -> None:
    client.force_login(an_owner())
    custom(2)
    client.get("/today/")
    cache.clear()  # the frame's other numbers are kept for seconds; both pages ask for them
    with CaptureQueriesContext(connection) as few:
        client.get("/today/")
    custom(9)
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        client.get("/today/")
    assert len(_counted(many)) <= len(_counted(few))


def test_many_kinds_at_once_show_fewer_of_each_and_the_number_in_the_frame_agrees() -> None:
    custom(12)
    plan = queries.plan(ON, shown=queries.SHOWN)
    assert len(plan.lines) <= queries.AT_ONCE
    assert all(len(section.lines) >= 3 for section in plan.sections)
    assert queries.waiting_count(ON) == len(plan.lines)


def test_one_kind_alone_shows_its_ten() -> None:
    for number in range(12):
        bought(a_person(f"P {number}"), [8])
    plan = queries.plan(ON, shown=queries.SHOWN)
    assert [len(section.lines) for section in plan.sections] == [10]
    assert plan.sections[0].more == 2


def test_birthdays_around_the_turn_of_the_year_come_in_order_and_stop_at_the_limit() -> None:
    for day in (PartialDate(1, 3), PartialDate(12, 30), PartialDate(1, 1)):
        people.add_occasion(a_person(f"P {day.month}-{day.day}"), "birthday", day)
    kind = next(kind for kind in KINDS if kind.key == "birthday")
    on = date(2026, 12, 28)
    days = [due.due_on for due in kind.due(on, 10, None)]
    assert days == [date(2026, 12, 30), date(2027, 1, 1), date(2027, 1, 3)]
    assert [due.due_on for due in kind.due(on, 2, None)] == days[:2]


def test_the_week_is_counted_up_to_a_thousand_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(queries, "REACHED_COUNTED", 2)
    for number in range(3):
        a_touch(a_person(f"P {number}"))
    # As the sender would leave them.
    Touch.objects.update(state="sent", sent_at=datetime(2026, 6, 10, 8, tzinfo=UTC))
    progress = queries.progress(ON)
    assert (progress.reached_this_week, progress.has_reached_more) == (2, True)


def test_the_week_is_counted_from_the_index_by_day_whatever_waits_in_the_ledger() -> None:
    if connection.vendor != "sqlite":
        return
    with CaptureQueriesContext(connection) as asked:
        queries.progress(ON)
    [sql] = [one["sql"] for one in asked.captured_queries if "sent_at" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "outreach_by_day" in plan
    assert "SCAN outreach_touch" not in plan
