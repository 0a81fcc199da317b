from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.people.fields import field
from regulars.people.models import Person
from regulars.purchases.tests.builders import a_business
from regulars.standings import catalogue
from regulars.standings.models import Standing
from regulars.standings.queries import EXPORT_COLUMNS, export_rows, group_counts, slipped_people
from regulars.standings.services import grade_everyone, refresh_facts, remember
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits
from regulars.standings.words import reason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_who_slipped_last_comes_first_and_who_has_no_rhythm_is_left_out() -> None:
    a_business()
    late, later, steady, young = (somebody(name) for name in ("Late", "Later", "Steady", "Young"))
    visits(late, [120, 79, 38])  # every 41 days: slips 83 days after the last
    visits(later, [300, 280, 260])  # every 20 days: slipped 41 days after the last
    visits(steady, [61, 31, 1])
    visits(young, [200, 100])
    refresh_facts([late.pk, later.pk, steady.pk, young.pk])
    day = TODAY + timedelta(days=83 - 38)
    rows = list(slipped_people(day))
    assert [(row.person_id, row.slipping_since) for row in rows] == [
        (late.pk, day),
        (later.pk, TODAY - timedelta(days=260 - 41)),
    ]
    assert (rows[0].last_on, rows[0].usual_gap_days, rows[0].buying_days) == (TODAY - timedelta(days=38), 41, 3)
    assert [row.person_id for row in slipped_people(day - timedelta(days=1))] == [later.pk]
    assert [row.person_id for row in slipped_people(day, {late.pk})] == [late.pk]


def test_the_export_has_the_columns_that_were_promised(django_assert_max_num_queries: Any) -> None:
    a_business()
    ann = somebody("Ann Archer", emails=("ann@example.org",), external_ids=(("shop", "7"), ("till", "19")))
    visits(ann, [40, 10], "10.50")
    somebody("Only Asked")
    grade_everyone(TODAY)
    with django_assert_max_num_queries(6):
        rows = list(export_rows())
    assert [tuple(row) for row in rows] == [EXPORT_COLUMNS, EXPORT_COLUMNS]
    promised = {name: rows[0][name] for name in EXPORT_COLUMNS[:11]}
    assert promised == {
        "person": "Ann Archer",
        "email": "ann@example.org",
        "external_ids": "shop:7; till:19",
        "last_on": TODAY - timedelta(days=10),
        "recency_days": 10,
        "frequency": 2,
        "monetary_amount": Decimal("21.00"),
        "r": None,
        "f": None,
        "m": None,
        "group": "",
    }
    assert EXPORT_COLUMNS[10] == "group", "what came later stands behind what was promised first"
    assert (rows[0]["usual_gap_days"], rows[0]["slipping"], rows[0]["slips_on"]) == (30.0, False, None)
    assert (rows[1]["last_on"], rows[1]["recency_days"], rows[1]["group"]) == (None, None, "Waiting")


def test_recency_in_the_export_counts_up_to_the_day_of_the_grading() -> None:
    a_business()
    visits(somebody(), [400])
    grade_everyone(TODAY - timedelta(days=395))
    assert next(export_rows())["recency_days"] == 5


def test_counts_are_those_of_the_last_grading_in_one_query(django_assert_num_queries: Any) -> None:
    a_shop()
    answer = grade_everyone(TODAY)
    with django_assert_num_queries(1):
        counts = group_counts()
    assert counts is not None
    assert counts.people == answer["people"]
    assert counts.is_simple
    bought = Standing.objects.filter(basis="orders").count()
    assert sum(counts.simple().values()) == counts.buyers == bought


@pytest.mark.parametrize("few", [0, 5_000])
def test_people_can_be_filtered_by_the_eleven_groups_and_by_the_four(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "FEW", few)
    a_shop()
    grade_everyone(TODAY)
    group = field("group")
    assert group is not None
    for value, groups in (("champions", ["champions"]), ("regulars", ["champions", "loyal"])):
        found = set(Person.objects.filter(group.matches("is", value)).values_list("pk", flat=True))
        assert found == set(Standing.objects.filter(group__in=groups).values_list("pk", flat=True)) != set()
        assert group.ids is not None
        assert set(group.ids("is", value) or ()) == found
    assert not Person.objects.filter(group.matches("is", "nonsense")).exists()
    assert [value for value, _label in group.options()][:4] == ["regulars", "coming-along", "slipping", "gone-quiet"]


def test_people_can_be_filtered_by_whether_they_are_slipping() -> None:
    a_shop()
    grade_everyone(TODAY)
    slipping = field("slipping")
    assert slipping is not None
    found = set(Person.objects.filter(slipping.matches("is", "yes")).values_list("pk", flat=True))
    assert found == {row.person_id for row in slipped_people(TODAY)} != set()
    assert slipping.ids is not None
    assert set(slipping.ids("is", "yes") or ()) == found
    assert slipping.ids("is", "no") is None
    others = set(Person.objects.filter(slipping.matches("is", "no")).values_list("pk", flat=True))
    assert found.isdisjoint(others)
    assert len(found) + len(others) == Person.objects.count()


def test_reasons_are_said_in_words() -> None:
    a_business()
    joan, one, two, told, asked = (somebody(name) for name in ("Joan", "One", "Two", "Told", "Asked"))
    visits(joan, [178, 137, 96], "10.00")
    visits(one, [1], "5.00")
    visits(two, [150, 60], "7.00")
    remember(told, last_seen_on=TODAY, usual_gap_days=14, usual_amount=Decimal(20))
    grade_everyone(TODAY)
    said = {s.person_id: reason(s, TODAY) for s in Standing.objects.all()}
    assert said[joan.pk].startswith(
        "Usually comes every 41 days, last came 96 days ago. 3 visits since September 2025, "
    )
    assert said[one.pk].startswith("One visit, yesterday: ")
    assert said[two.pk].startswith("Two visits, 90 days apart, the last one 60 days ago: "), "one gap is no habit"
    assert said[told.pk] == "From memory: comes about every 14 days, last seen about today."
    assert said[asked.pk] == "Has not bought yet; last entry today."
