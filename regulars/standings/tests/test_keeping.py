from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from regulars.people import records
from regulars.purchases.tests.builders import a_business
from regulars.standings.models import Memory, Standing, StandingMonth
from regulars.standings.services import grade_everyone, remember
from regulars.standings.tests.builders import TODAY, a_shop, somebody, stored, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
OURS = records.room("standings")


def _told(name: str) -> int:
    person = somebody(name)
    remember(person, last_seen_on=TODAY - timedelta(days=9), usual_gap_days=30, usual_amount=Decimal(20))
    return person.pk


def test_a_person_is_given_everything_we_hold_on_them() -> None:
    a_shop(12, 60)
    ann = somebody()
    visits(ann, [40, 10], "10.50")
    remember(ann, last_seen_on=TODAY, usual_gap_days=30, usual_amount=Decimal(20))
    grade_everyone(TODAY)
    told = OURS.export(ann.pk)
    assert told["standing"]["last_on"] == "2026-03-04"
    assert told["standing"]["net_amount"] == "21.000"
    assert told["remembered"]["usual_gap_days"] == 30
    assert [month["month"] for month in told["months"]] == ["2026-03-01"]
    assert OURS.export(somebody("Nobody").pk) == {
        "standing": None,
        "months": [],
        "remembered": None,
        "told_share": None,
    }


def test_who_is_erased_leaves_no_standing() -> None:
    a_business()
    ann = _told("Ann")
    grade_everyone(TODAY)
    OURS.erase(ann)
    assert not any(model._default_manager.filter(person_id=ann).exists() for model in (Standing, StandingMonth, Memory))


def test_a_merge_keeps_one_memory_and_parting_puts_everything_back() -> None:
    a_business()
    keep, other = somebody("Ann").pk, _told("Anne")
    grade_everyone(date(2026, 2, 1))
    grade_everyone(TODAY)
    standings, months = stored(), sorted(StandingMonth.objects.values_list("person_id", "month", "group"))
    moved = OURS.merge(keep, other)
    assert Memory.objects.get().person_id == keep
    assert not Standing.objects.filter(pk=other).exists()
    OURS.unmerge(moved)
    assert Memory.objects.get().person_id == other
    assert stored() == standings
    assert sorted(StandingMonth.objects.values_list("person_id", "month", "group")) == months
