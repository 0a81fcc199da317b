"""Who is graded, and how; read through the test's own transaction."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection

from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases.tests.builders import a_business
from regulars.standings.models import Grading, Standing, StandingMonth
from regulars.standings.services import grade_everyone, grading
from regulars.standings.tests.builders import TODAY, a_shop, expected, many_people, somebody, stories, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_a_night_without_sales_keeps_standings_and_their_day() -> None:
    a_shop()
    grade_everyone(TODAY)
    told = stories()
    grade_everyone(TODAY + timedelta(days=1))
    assert set(Standing.objects.filter(basis="orders").values_list("as_of", flat=True)) == {TODAY}
    assert stories() == told
    assert Grading.objects.get().as_of == TODAY + timedelta(days=1)


def test_a_refund_later_than_the_day_has_not_happened_yet() -> None:
    a_shop()
    day = TODAY - timedelta(days=300)
    grade_everyone(day)
    assert {s.person_id: s.net_amount for s in Standing.objects.filter(basis="orders")} == {
        person_id: row["monetary"] for person_id, row in expected(day).items()
    }


def test_collective_names_and_merged_people_have_no_standing() -> None:
    ids = a_shop()
    grade_everyone(TODAY)
    with_orders = Standing.objects.filter(basis="orders").order_by("person_id").values_list("person_id", flat=True)
    bucket, merged = with_orders[0], with_orders[1]
    Person.objects.filter(pk=bucket).update(is_bucket=True)
    Person.objects.filter(pk=merged).update(merged_into=ids[-1])
    grade_everyone(TODAY)
    assert not Standing.objects.filter(person_id__in=[bucket, merged]).exists()
    assert set(StandingMonth.objects.filter(person_id=bucket).values_list("group", flat=True)) == {""}


def test_with_nine_buyers_nobody_is_graded_yet_but_facts_are_known() -> None:
    a_business()
    for number in range(9):
        visits(somebody(f"Buyer {number}"), [number, 30, 60])
    answer = grade_everyone(TODAY)
    assert answer["groups"] == {"Not graded yet": 9}
    assert set(Standing.objects.values_list("r", "group", "buying_days")) == {(None, "", 3)}


def test_people_who_have_not_bought_are_warm_waiting_or_cold() -> None:
    a_business()
    plain, asking = somebody("Plain"), somebody("Asking")
    Person.objects.filter(pk=asking.pk).update(needs="A wedding ring in August")
    old = somebody("Old")
    Person.objects.filter(pk=old.pk).update(added_at="2025-01-01T12:00:00Z")
    supplier = somebody("Supplier", kinds=("supplier",))
    assert grade_everyone(TODAY)["groups"] == {"Warm": 1, "Waiting": 1, "Cold": 1}
    assert dict(Standing.objects.values_list("person_id", "group")) == {
        plain.pk: "waiting", asking.pk: "warm", old.pk: "cold",
    }  # fmt: skip
    assert supplier.pk not in Standing.objects.values_list("person_id", flat=True)


def test_the_month_is_kept_only_where_the_standing_differs() -> None:
    a_shop()
    for month in range(1, 4):
        grade_everyone(date(2026, month, 4))
    for standing in Standing.objects.filter(basis="orders"):
        months = list(StandingMonth.objects.filter(person_id=standing.person_id).order_by("month"))
        said = [(m.group, m.r, m.f, m.m) for m in months]
        assert all(one != other for one, other in pairwise(said))
        assert said[-1] == (standing.group, standing.r, standing.f, standing.m)


def test_an_empty_house_can_be_graded() -> None:
    a_business()
    assert grade_everyone(TODAY) == {"as_of": "2026-03-04", "people": 0, "groups": {}}
    many_people(1)
    assert grade_everyone(TODAY)["people"] == 1


def test_people_learned_of_later_are_taken_in() -> None:
    a_shop(12, 40)
    grade_everyone(TODAY)
    people.record_people([people.NewPerson(full_name="Late Comer")], source="test")
    assert grade_everyone(TODAY)["people"] == 13


def test_after_many_new_standings_the_database_knows_how_large_they_are(monkeypatch) -> None:
    """Without it SQLite reads everybody to find the few who slipped, until the night looks how large the tables are."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL looks how large its tables are by itself.")
    a_shop()
    monkeypatch.setattr(grading, "MANY", 10)
    grade_everyone(TODAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'standings_standing'")
        assert cursor.fetchone()[0]


def test_visits_of_which_nobody_noted_what_they_cost_are_no_small_spenders() -> None:
    """No M, and a group by recency and frequency; nothing said of what they bring."""
    a_business()
    ids = many_people(24)
    known = list(Person.objects.filter(pk__in=ids).order_by("pk"))
    for number, person in enumerate(known):
        visits(person, [7 * (step + 1) for step in range(number % 6 + 1)], paid="0" if number < 12 else "40.00")
    grade_everyone(TODAY)
    free = Standing.objects.filter(person__in=ids[:12])
    assert set(free.values_list("m", "value_amount")) == {(None, None)}
    paying = {row.buying_days: row for row in Standing.objects.filter(person__in=ids[12:])}
    assert None not in {row.m for row in paying.values()}
    for row in free:
        assert row.group
        assert row.f == paying[row.buying_days].f
