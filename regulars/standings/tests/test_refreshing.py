"""A sale shows at once; grades wait for the next grading."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.kit.bulletin import deliver_due
from regulars.kit.models import Job
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.standings.models import Grading, Standing
from regulars.standings.services import grade_everyone, refresh_facts, remember, request_grading
from regulars.standings.tests.builders import TODAY, a_shop, somebody, stored, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
OF_GRADING = (2, 3, 4, 5)  # group, r, f, m


def _facts() -> list[tuple[Any, ...]]:
    return [tuple(v for place, v in enumerate(row) if place not in OF_GRADING) for row in stored()]


def test_facts_refreshed_one_by_one_are_those_of_a_grading() -> None:
    ids = a_shop()
    for person_id in ids[:10]:
        remember(
            Person.objects.get(pk=person_id),
            last_seen_on=TODAY - timedelta(days=person_id % 50),
            usual_gap_days=None if person_id % 3 else 20,
            usual_amount=Decimal(30),
        )
    grade_everyone(TODAY)
    graded = _facts()
    Standing.objects.exclude(basis="contact").delete()
    assert refresh_facts(ids) == sum(row[1] != "contact" for row in graded)
    assert _facts() == graded
    assert refresh_facts(ids) == 0, "a second time nothing is written"


def test_a_sale_shows_at_once_and_keeps_the_grade_of_the_last_night() -> None:
    ids = a_shop()
    grade_everyone(TODAY)
    standing = Standing.objects.filter(basis="orders", slips_on__lt=TODAY).earliest("slips_on")
    purchases.record_orders([a_new_order(Person.objects.get(pk=standing.person_id), "20.00", TODAY)])
    assert refresh_facts([standing.person_id]) == 1
    fresh = Standing.objects.get(pk=standing.pk)
    assert fresh.last_on == TODAY
    assert fresh.buying_days == standing.buying_days + 1
    assert (fresh.group, fresh.r) == (standing.group, standing.r)
    assert fresh.is_slipping(TODAY) is False
    assert ids


def test_somebody_whose_only_order_was_called_off_loses_their_standing() -> None:
    a_business()
    ann = somebody()
    visits(ann, [5])
    refresh_facts([ann.pk])
    assert Standing.objects.filter(pk=ann.pk).exists()
    purchases.cancel_order(Order.objects.get(), None)
    refresh_facts([ann.pk])
    assert not Standing.objects.filter(pk=ann.pk).exists()


def test_the_news_of_a_sale_refreshes_and_asks_for_one_grading() -> None:
    a_business()
    ann = somebody()
    visits(ann, [40, 20, 3])
    visits(ann, [1])
    deliver_due()
    assert Standing.objects.get(pk=ann.pk).buying_days == 4
    assert Job.objects.filter(key="standings: grade soon", state=Job.DUE).count() == 1


def test_in_a_large_shop_a_single_sale_waits_for_the_night() -> None:
    a_business()
    deliver_due()
    Job.objects.all().delete()
    Grading.objects.create(as_of=TODAY, graded_at="2026-03-04T03:15:00Z", people=20_001, buyers=20_001)
    ann = somebody()
    visits(ann, [3])
    deliver_due()
    assert Standing.objects.get(pk=ann.pk).last_on == TODAY - timedelta(days=3)
    assert not Job.objects.filter(key__startswith="standings: grade").exists()


def test_a_grading_that_waits_is_asked_for_once() -> None:
    assert request_grading() == request_grading()
    assert Job.objects.filter(key="standings: grade", queue="heavy").count() == 1


def test_a_grading_asked_for_now_does_not_wait_for_the_one_that_was_put_off() -> None:
    put_off = request_grading(after_seconds=60)
    assert request_grading(after_seconds=60) == put_off != request_grading()
    assert Job.objects.get(key="standings: grade").due_at < Job.objects.get(pk=put_off).due_at
