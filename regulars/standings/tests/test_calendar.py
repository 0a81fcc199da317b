"""Days and months are those of the business: around its midnight, over the end of a month, after it moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.kit import clock
from regulars.kit.models import Notice
from regulars.kit.services import change_business
from regulars.people.services import merge
from regulars.purchases.services import sell
from regulars.purchases.tests.builders import a_business
from regulars.standings.models import Standing, StandingMonth
from regulars.standings.services import grade_everyone, grading
from regulars.standings.tests.builders import TODAY, a_shop, somebody, stored, visits

pytestmark = pytest.mark.django_db


def _months() -> list[tuple[Any, ...]]:
    return sorted(StandingMonth.objects.values_list("person_id", "month", "group", "r", "f", "m"))


def _told(kind: str) -> list[Any]:
    return [one for n in Notice.objects.filter(kind__contains="StandingsChanged") for one in n.content.get(kind, ())]


def test_a_minute_before_and_a_minute_after_midnight_are_two_days_of_the_business(frozen_clock: Any) -> None:
    a_business()
    ann = somebody()
    for at in (
        datetime(2026, 3, 4, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 4, 23, 1, tzinfo=UTC),
    ):  # Berlin: 23:59, 00:01
        frozen_clock.move_to(at)
        sell(ann.pk, Decimal(20))
    grade_everyone()
    standing = Standing.objects.get(pk=ann.pk)
    assert (standing.buying_days, standing.first_on, standing.last_on) == (2, date(2026, 3, 4), date(2026, 3, 5))
    assert standing.silent_days(clock.today()) == 0


def test_somebody_slips_at_midnight_where_the_business_is_and_not_before_where_it_moves_west(frozen_clock: Any) -> None:
    a_shop()
    grade_everyone(TODAY)
    standing = Standing.objects.filter(slips_on__gt=TODAY + timedelta(days=2)).order_by("slips_on", "pk")[0]
    assert standing.slips_on
    evening = datetime.combine(standing.slips_on - timedelta(days=1), datetime.min.time(), UTC)
    frozen_clock.move_to(evening + timedelta(hours=22))
    days = {}
    for zone in ("Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"):
        change_business(zone=zone)
        today = clock.today()
        days[zone] = (standing.is_slipping(today), standing.silent_days(today))
    assert [slips for slips, _ in days.values()] == [False, True, False]
    assert days["Asia/Tokyo"][1] == (days["Europe/Berlin"][1] or 0) + 1


def test_the_end_of_a_month_gives_each_month_one_row_and_a_move_west_over_it_doubles_none(frozen_clock: Any) -> None:
    a_shop()
    for at in (datetime(2026, 3, 31, 21, 30, tzinfo=UTC), datetime(2026, 3, 31, 22, 30, tzinfo=UTC)):  # summer time
        frozen_clock.move_to(at)
        grade_everyone()
    first = {month for _person, month, *_ in _months()}
    assert first >= {date(2026, 3, 1)}
    assert max(first) <= date(2026, 4, 1)
    change_business(zone="America/Los_Angeles")
    assert clock.today() == date(2026, 3, 31)
    grade_everyone()
    keys = [row[:2] for row in _months()]
    assert len(keys) == len(set(keys))
    change_business(zone="Europe/Berlin")
    grade_everyone()
    standings, months = stored(), _months()
    StandingMonth.objects.all().delete()
    Standing.objects.all().delete()
    grade_everyone()
    assert stored() == standings
    now = {person: rest for person, _month, *rest in months}  # the last row of each is where they stand
    assert now == {person: rest for person, _month, *rest in _months()}


def test_who_was_merged_stands_once_with_the_visits_of_both_and_leaves_no_month_of_their_own(
    frozen_clock: Any,
) -> None:
    a_shop()
    keep, other = somebody("Ann"), somebody("Anne")
    visits(keep, [90, 60])
    visits(other, [30, 10])
    grade_everyone(TODAY)
    merge(keep, other)
    grade_everyone(TODAY)
    assert not Standing.objects.filter(pk=other.pk).exists()
    assert not StandingMonth.objects.filter(person_id=other.pk).exclude(group="").exists()
    standing = Standing.objects.get(pk=keep.pk)
    assert (standing.buying_days, standing.last_on) == (4, TODAY - timedelta(days=10))


def test_a_grading_that_breaks_off_before_its_day_is_noted_tells_of_each_once_when_it_is_run_again(
    monkeypatch: pytest.MonkeyPatch, frozen_clock: Any
) -> None:
    a_shop()
    grade_everyone(TODAY)
    later = TODAY + timedelta(days=60)
    due = set(Standing.objects.filter(slips_on__gt=TODAY, slips_on__lte=later).values_list("pk", flat=True))
    assert due
    with monkeypatch.context() as patched:
        patched.setattr(grading, "_note", _breaks_off)
        with pytest.raises(KeyboardInterrupt):
            grade_everyone(later)
    written = stored()
    grade_everyone(later)
    grade_everyone(later)
    assert stored() == written
    assert sorted(_told("slipped")) == sorted(due)
    moved = [tuple(move) if isinstance(move, list) else move for move in _told("regrouped")]
    assert len(moved) == len(set(map(str, moved)))


def _breaks_off(*_args: object) -> None:
    raise KeyboardInterrupt
