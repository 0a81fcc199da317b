"""What the rooms above hear: who changed groups, who slipped, who is won back; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kit.event_text import from_primitives
from regulars.kit.models import Notice
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.standings.events import StandingsChanged
from regulars.standings.models import Standing
from regulars.standings.services import grade_everyone, refresh_facts
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SOON = TODAY + timedelta(days=120)


def _news() -> list[StandingsChanged]:
    told = Notice.objects.filter(kind__contains="StandingsChanged").order_by("pk")
    return [from_primitives(StandingsChanged, notice.content) for notice in told]


def _slipped() -> list[int]:
    return [pk for event in _news() for pk in event.slipped]


def _won_back() -> list[int]:
    return [pk for event in _news() for pk in event.won_back]


def test_the_first_grading_tells_of_nobody_who_slipped_or_changed_groups() -> None:
    a_shop()
    grade_everyone(TODAY)
    assert _news()
    assert not any(event.slipped or event.won_back or event.regrouped for event in _news())


def test_somebody_who_slips_by_time_alone_is_told_of_once() -> None:
    a_shop()
    grade_everyone(TODAY)
    due = set(Standing.objects.filter(slips_on__gt=TODAY, slips_on__lte=SOON).values_list("pk", flat=True))
    assert due
    grade_everyone(SOON)
    assert sorted(_slipped()) == sorted(due)
    grade_everyone(SOON)
    grade_everyone(SOON + timedelta(days=1))
    assert set(_slipped()) >= due
    assert len(_slipped()) == len(set(_slipped()))


def test_somebody_who_comes_again_is_won_back_once_by_sale_and_by_grading() -> None:
    a_shop()
    grade_everyone(TODAY)
    one, other = Standing.objects.filter(slips_on__lt=TODAY, basis="orders").order_by("pk")[:2]
    for standing in (one, other):
        purchases.record_orders([a_new_order(Person.objects.get(pk=standing.pk), "20.00", TODAY)])
    refresh_facts([one.pk])
    assert _won_back() == [one.pk]
    refresh_facts([one.pk])
    grade_everyone(TODAY)
    grade_everyone(TODAY)
    assert sorted(_won_back()) == sorted([one.pk, other.pk])


def test_an_old_visit_that_turns_up_wins_nobody_back() -> None:
    a_shop()
    grade_everyone(TODAY)
    standing = Standing.objects.filter(slips_on__lt=TODAY, basis="orders").first()
    assert standing is not None
    assert standing.last_on is not None
    found = a_new_order(Person.objects.get(pk=standing.pk), "20.00", standing.last_on - timedelta(days=1))
    purchases.record_orders([found])
    refresh_facts([standing.pk])
    grade_everyone(TODAY)
    assert _won_back() == []


def test_a_visit_that_was_called_off_lets_somebody_slip_at_the_next_grading() -> None:
    a_business()
    ann = somebody()
    visits(ann, [80, 60, 40])
    visits(ann, [1])
    grade_everyone(TODAY - timedelta(days=1))
    grade_everyone(TODAY)
    assert _slipped() == []
    last = Order.objects.latest("bought_on")
    purchases.cancel_order(last, None)
    assert Standing.objects.filter(pk=ann.pk, slips_on__gt=TODAY).exists()
    grade_everyone(TODAY + timedelta(days=2))
    assert _slipped() == [ann.pk]


def test_who_changes_groups_is_told_of_with_both() -> None:
    a_shop()
    grade_everyone(TODAY)
    before = dict(Standing.objects.values_list("pk", "group"))
    bought = Standing.objects.filter(group__in=["lost", "hibernating"]).values_list("pk", flat=True)
    purchases.record_orders([a_new_order(p, "90.00", TODAY) for p in Person.objects.filter(pk__in=bought)])
    grade_everyone(TODAY)
    after = dict(Standing.objects.values_list("pk", "group"))
    moved = {(pk, before[pk], after[pk]) for pk in after if before.get(pk) not in (None, after[pk])}
    assert moved
    assert {change for event in _news() for change in event.regrouped} == moved
