"""What a grading finds about everybody together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.purchases.tests.builders import a_business
from regulars.standings.models import Finding, Standing
from regulars.standings.queries import finding, findings
from regulars.standings.services import grade_everyone
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_groups_count_people_and_money_and_add_up() -> None:
    a_shop()
    grade_everyone(TODAY)
    found = finding("groups")
    assert found is not None
    standings = Standing.objects.exclude(basis="contact")
    assert found.n == found.data["buyers"] == standings.count()
    paid = sum((standing.net_amount for standing in standings), Decimal(0))
    assert Decimal(found.data["net_amount"]) == paid == sum(Decimal(row["net_amount"]) for row in found.data["groups"])
    for kind in ("groups", "simple"):
        assert sum(row["people"] for row in found.data[kind]) == found.n
        assert sum(row["share"] for row in found.data[kind]) == pytest.approx(1)
        assert sum(row["slipping"] for row in found.data[kind]) == Standing.objects.slipped(TODAY).count()
    champions = next(row for row in found.data["groups"] if row["group"] == "champions")
    assert champions["people"] == Standing.objects.filter(group="champions").count()


def test_with_too_few_buyers_a_finding_says_why() -> None:
    a_business()
    visits(somebody(), [3, 9])
    grade_everyone(TODAY)
    [found] = findings("groups").values()
    assert found.data["reason"] == "too-few-buyers"
    assert found.n == 1


def test_a_finding_is_written_again_only_when_it_differs() -> None:
    a_shop()
    grade_everyone(TODAY)
    made = dict(Finding.objects.values_list("name", "made_at"))
    grade_everyone(TODAY)
    assert dict(Finding.objects.values_list("name", "made_at")) == made
    grade_everyone(TODAY + timedelta(days=1))
    assert set(Finding.objects.values_list("as_of", flat=True)) == {TODAY + timedelta(days=1)}
