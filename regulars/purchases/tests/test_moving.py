"""Merging, parting, erasing and giving out what this room holds on a person."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from regulars.kit.models import Notice
from regulars.people import services as people
from regulars.people.models import TimelineEntry
from regulars.purchases import services
from regulars.purchases.models import Order, PersonTotals, RemovedOrder
from regulars.purchases.queries import net_total
from regulars.purchases.services import NewLine, record_orders
from regulars.purchases.tests.builders import ON, a_new_order, a_person, a_refund, an_order
from regulars.purchases.tests.test_totals import days_from_scratch, days_kept, from_scratch, kept

pytestmark = pytest.mark.django_db


def test_two_records_made_one_hold_all_orders_and_one_sum():
    ann, twin = a_person("Ann Archer"), a_person("A. Archer")
    an_order(ann, "10", date(2026, 1, 5))
    an_order(twin, "20", date(2026, 1, 5))
    an_order(twin, "30", date(2026, 1, 9))
    people.merge(ann, twin)
    assert kept() == {ann.pk: (3, 2, Decimal(60), date(2026, 1, 5), date(2026, 1, 9))}
    assert set(TimelineEntry.objects.filter(room="purchases").values_list("person_id", flat=True)) == {ann.pk}


def test_parting_them_gives_back_exactly_what_was_moved():
    ann, twin = a_person("Ann Archer"), a_person("A. Archer")
    an_order(ann, "10")
    an_order(twin, "20")
    gone = an_order(twin, "5")
    before = kept()
    merged = people.merge(ann, twin)
    later = an_order(ann, "30", date(2026, 3, 1))
    services.remove_orders([gone.pk])
    people.unmerge(merged.pk)
    later.refresh_from_db()
    assert later.person_id == ann.pk
    assert kept()[twin.pk] == (1, 1, Decimal(20), ON, ON)
    assert kept()[ann.pk][:3] == (before[ann.pk][0] + 1, 2, Decimal(40))


def test_taking_in_the_same_file_after_a_merge_changes_nothing():
    ann, twin = a_person("Ann Archer"), a_person("A. Archer")
    order = a_new_order(twin, reference="#1")
    record_orders([order])
    people.merge(ann, twin)
    assert record_orders([order._replace(person_id=ann.pk)]).seen == 1


def test_an_erased_person_leaves_the_sums_and_no_trace_of_whose_they_were():
    ann = a_person()
    order = an_order(ann, "84.00", reference="#1", note="for Ann's mother")
    total = net_total()
    people.erase_person(ann)
    order.refresh_from_db()
    assert (order.person_id, order.note) == (None, "")
    assert not PersonTotals.objects.exists()
    assert net_total() == total == 84
    assert days_kept() == days_from_scratch()


def test_an_order_of_somebody_erased_never_finds_its_person_again():
    ann = a_person()
    an_order(ann, reference="#1")
    people.erase_person(ann)
    again = a_person("Ann Archer again")
    record_orders([a_new_order(again, "90", reference="#1")])
    order = Order.objects.get()
    assert (order.person_id, order.paid_amount) == (None, Decimal(90))
    assert kept() == {}


def test_what_somebody_bought_can_be_given_to_them():
    ann = a_person()
    an_order(ann, "84.00", reference="#1", refunds=(a_refund("4.00"),))
    told = people.export_person(ann.pk)["purchases"]
    assert json.loads(json.dumps(told)) == told
    (order,) = told["orders"]
    assert (order["reference"], order["lines"][0]["name"], len(order["refunds"])) == ("#1", "Silver chain", 1)


def test_removed_orders_leave_tombstones_and_may_come_in_again():
    ann = a_person()
    ids = record_orders([a_new_order(ann, reference=f"#{n}", refunds=(a_refund("1"),)) for n in range(3)]).ids
    assert services.remove_orders(ids[:2]) == 2
    assert services.remove_orders(ids[:2]) == 0
    graves = RemovedOrder.objects.order_by("order_id")
    assert [grave.order_id for grave in graves] == ids[:2]
    assert {grave.person_id for grave in graves} == {ann.pk}
    assert min(grave.change_number for grave in graves) > 0
    assert kept() == from_scratch()
    assert TimelineEntry.objects.count() == 1
    again = record_orders([a_new_order(ann, reference="#0")])
    assert again.new == 1
    assert again.ids[0] not in ids


def test_an_order_that_turns_out_to_be_somebody_elses_moves_with_its_story():
    ann, bo = a_person("Ann"), a_person("Bo")
    an_order(ann, reference="#1")
    record_orders([a_new_order(bo, reference="#1")])
    assert list(TimelineEntry.objects.values_list("person_id", flat=True)) == [bo.pk]
    assert list(kept()) == [bo.pk]


# What a hand noted and what the source says


def test_a_refund_noted_by_hand_and_told_by_the_next_export_is_one_refund():
    ann = a_person()
    order = an_order(ann, "84.00", reference="#1", on=date(2026, 1, 5))
    services.record_refund(order, Decimal(20), date(2026, 1, 6))
    record_orders([a_new_order(ann, "84.00", date(2026, 1, 5), "#1", refunds=(a_refund("20"),))])
    order.refresh_from_db()
    assert order.refunded_amount == 20
    assert not order.refunds.get().is_by_hand


def test_two_refunds_of_one_amount_noted_and_told_are_two():
    order = an_order(None, "84.00", reference="#1", on=date(2026, 1, 5))
    for number in ("h1", "h2"):
        services.record_refund(order, Decimal(20), date(2026, 1, 6), reference=number)
    told = (a_refund("20", reference="a"), a_refund("20", reference="b"))
    record_orders([a_new_order(None, "84.00", date(2026, 1, 5), "#1", refunds=told)])
    order.refresh_from_db()
    assert (order.refunded_amount, order.refunds.count()) == (Decimal(40), 2)


def test_a_refund_noted_by_hand_stays_when_the_source_knows_nothing_of_it():
    order = an_order(None, "84.00", reference="#1", on=date(2026, 1, 5))
    services.record_refund(order, Decimal(20), date(2026, 1, 6))
    record_orders([a_new_order(None, "80.00", date(2026, 1, 5), "#1")])
    order.refresh_from_db()
    assert (order.paid_amount, order.refunded_amount) == (Decimal(80), Decimal(20))


def test_a_line_that_fell_away_leaves_its_refund_with_the_order():
    lines = (NewLine("Chain", amount=Decimal(60)), NewLine("Ring", amount=Decimal(40)))
    refunds = (a_refund("40", line_index=1),)
    order = an_order(None, "100", reference="#1", lines=lines, refunds=refunds)
    record_orders([a_new_order(None, "100", reference="#1", lines=lines[:1], refunds=refunds)])
    refund = order.refunds.get()
    assert (refund.amount, refund.line) == (Decimal(40), None)


def test_refunds_that_come_in_a_file_of_their_own_find_their_orders_once():
    order = an_order(None, "84.00", reference="#1")
    later = [
        services.LaterRefund("shop", "#1", a_refund("20", reference="a")),
        services.LaterRefund("shop", "#9", a_refund("5", reference="b")),
    ]
    first, second = services.record_refunds(later), services.record_refunds(later)
    assert (first.new, first.unknown) == (1, [1])
    assert (second.new, second.seen, second.unknown) == (0, 1, [1])
    order.refresh_from_db()
    assert order.refunded_amount == 20


def test_a_large_file_of_refunds_is_told_in_one_notice():
    ann = a_person()
    record_orders([a_new_order(ann, "10", reference=f"#{n}", lines=()) for n in range(501)])
    Notice.objects.all().delete()
    services.record_refunds([services.LaterRefund("shop", f"#{n}", a_refund("10")) for n in range(501)])
    notice = Notice.objects.get()
    assert (notice.content["count"], notice.content["is_bulk"]) == (501, True)
    assert kept() == from_scratch() == {}


def test_a_persons_whole_story_is_written_again_from_the_orders():
    ann = a_person()
    record_orders([a_new_order(ann, "10") for _ in range(3)])
    TimelineEntry.objects.all().delete()
    services.rewrite_timeline(ann.pk)
    assert TimelineEntry.objects.filter(person=ann).count() == 3
