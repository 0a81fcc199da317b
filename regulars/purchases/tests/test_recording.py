from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.models import Notice
from regulars.people.models import TimelineEntry
from regulars.purchases.models import Order, OrderLine, Product, Refund
from regulars.purchases.services import NewLine, record_orders
from regulars.purchases.services.baskets import baskets, former_hash
from regulars.purchases.tests.builders import a_business, a_new_order, a_person, a_refund, an_order

pytestmark = pytest.mark.django_db


def test_an_order_is_recorded_with_its_lines_and_what_they_are():
    ann = a_person()
    lines = (
        NewLine("Silver chain", sku="SC-1", quantity=Decimal("1"), amount=Decimal("84.00")),
        NewLine("Ribbon", quantity=Decimal("1.5"), amount=Decimal("3.00")),
        NewLine("Engraving", amount=Decimal("12.50"), kind="service"),
    )
    order = an_order(ann, "99.50", reference="#7", lines=lines, tax_amount=Decimal("15.89"), channel="market")
    assert (order.source, order.reference, order.person_id) == ("shop", "#7", ann.pk)
    assert order.paid_amount == Decimal("99.50")
    assert order.tax_amount == Decimal("15.89")
    assert order.is_purchase
    assert [(line.name, line.quantity, line.amount, line.kind) for line in order.lines.order_by("position")] == [
        ("Silver chain", 1, 84, "product"),
        ("Ribbon", Decimal("1.5"), 3, "product"),
        ("Engraving", 1, Decimal("12.5"), "service"),
    ]


def test_the_same_content_again_is_seen_and_writes_nothing():
    ann = a_person()
    first = [a_new_order(ann, reference=f"#{n}") for n in range(3)]
    ids = record_orders(first).ids
    before = list(Order.objects.values_list("id", "change_number", "recorded_at"))
    notices = Notice.objects.count()
    again = record_orders(first)
    assert (again.new, again.seen, again.updated) == (0, 3, 0)
    assert again.ids == ids
    assert list(Order.objects.values_list("id", "change_number", "recorded_at")) == before
    assert Notice.objects.count() == notices


def test_84_and_84_00_are_the_same_content():
    record_orders([a_new_order(paid="84", reference="#1")])
    assert record_orders([a_new_order(paid="84.000", reference="#1")]).seen == 1


def test_a_newer_export_updates_the_order_and_its_lines():
    ann = a_person()
    order = an_order(ann, reference="#1", lines=(NewLine("Chain"), NewLine("Ring"), NewLine("Box")))
    changed = a_new_order(ann, "90.00", reference="#1", lines=(NewLine("Chain"), NewLine("Brooch")))
    recorded = record_orders([changed])
    assert (recorded.new, recorded.updated, recorded.updated_ids) == (0, 1, [order.pk])
    order.refresh_from_db()
    assert order.paid_amount == 90
    assert list(order.lines.order_by("position").values_list("name", flat=True)) == ["Chain", "Brooch"]


def test_of_one_number_twice_in_a_batch_the_later_row_wins_and_there_is_one_order():
    recorded = record_orders([a_new_order(paid="10", reference="#1"), a_new_order(paid="12", reference="#1")])
    assert (recorded.new, recorded.seen) == (1, 1)
    assert recorded.ids[0] == recorded.ids[1]
    assert Order.objects.get().paid_amount == 12


def test_the_same_number_from_two_sources_is_two_orders():
    recorded = record_orders([a_new_order(reference="#1"), a_new_order(reference="#1", source="till")])
    assert recorded.new == 2


def test_ids_stand_beside_the_input_whatever_was_known_before():
    known = an_order(reference="#2")
    recorded = record_orders([a_new_order(reference=f"#{n}") for n in (3, 2, 1)])
    assert recorded.ids[1] == known.pk
    by_id = dict(Order.objects.values_list("id", "reference"))
    assert [by_id[order_id] for order_id in recorded.ids] == ["#3", "#2", "#1"]


@pytest.mark.parametrize("field", ["paid_amount", "tax_amount", "shipping_amount", "discount_amount"])
@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "1e20"])
def test_an_amount_below_zero_or_beyond_belief_is_refused_with_the_number_and_nothing_is_written(field, amount):
    wrong: dict[str, Any] = {field: Decimal(amount)}
    orders = [a_new_order(), a_new_order(reference="#bad")._replace(**wrong)]
    with pytest.raises(Refusal, match="#bad"):
        record_orders(orders)
    assert not Order.objects.exists()


@pytest.mark.parametrize("line", [NewLine("Chain", amount=Decimal(-1)), NewLine("Chain", quantity=Decimal(-1))])
def test_a_line_below_zero_is_refused(line):
    with pytest.raises(Refusal):
        record_orders([a_new_order(lines=(line,))])


def test_an_order_without_a_number_is_refused():
    with pytest.raises(Refusal, match="number of its own"):
        record_orders([a_new_order()._replace(reference="")])


@pytest.mark.parametrize(
    ("currency", "given", "kept"),
    [("EUR", "1.005", "1.01"), ("JPY", "99.5", "100"), ("KWD", "1.2345", "1.235"), ("EUR", "0.004", "0")],
)
def test_amounts_are_rounded_half_up_to_the_smallest_coin(currency, given, kept):
    a_business(currency)
    assert an_order(paid=given, lines=()).paid_amount == Decimal(kept)


def test_the_database_itself_refuses_amounts_below_zero_and_unflagged_refunds_beyond_what_was_paid():
    order = an_order(paid="10")
    for wrong in ({"paid_amount": -1}, {"tax_amount": -1}, {"refunded_amount": 11}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**wrong)


def test_a_source_that_paid_back_more_than_it_took_is_kept_and_flagged():
    order = an_order(paid="10", refunds=(a_refund("12"),))
    assert order.is_refunded_beyond_paid
    assert order.net_amount == -2
    assert not order.is_purchase


def test_the_first_order_fixes_the_currency():
    a_business()
    assert business().currency_fixed_at is None
    an_order()
    assert business().currency_fixed_at is not None


def test_an_order_whose_customer_is_unknown_is_kept_and_finds_its_person_later():
    order = an_order(None, reference="#1")
    assert order.person_id is None
    ann = a_person()
    recorded = record_orders([a_new_order(ann, reference="#1")])
    assert recorded.updated == 1
    order.refresh_from_db()
    assert order.person_id == ann.pk


def test_a_known_person_is_not_taken_off_an_order_by_a_row_without_one():
    ann = a_person()
    order = an_order(ann, reference="#1")
    assert record_orders([a_new_order(None, reference="#1")]).seen == 1
    record_orders([a_new_order(None, "90", reference="#1")])
    order.refresh_from_db()
    assert (order.person_id, order.paid_amount) == (ann.pk, Decimal(90))


def test_one_notice_a_batch_tells_what_was_recorded():
    ann, bo = a_person(), a_person("Bo")
    recorded = record_orders([a_new_order(ann, on=date(2026, 1, 2)), a_new_order(bo), a_new_order(None)])
    notice = Notice.objects.filter(kind__endswith="OrdersRecorded").get().content
    assert (notice["count"], notice["new"], notice["is_bulk"]) == (3, 3, False)
    assert sorted(notice["person_ids"]) == sorted([ann.pk, bo.pk])
    assert (notice["earliest_on"], notice["latest_on"], notice["source"]) == ("2026-01-02", "2026-02-11", "shop")
    batch = Order.objects.filter(change_number=notice["change_number"]).values_list("pk", flat=True)
    assert sorted(batch) == sorted(recorded.ids)


def test_a_large_batch_posts_one_notice_without_names_and_writes_no_timeline():
    ann = a_person()
    record_orders([a_new_order(ann, on=date(2020, 1, 1) + timedelta(days=n)) for n in range(2001)])
    notice = Notice.objects.filter(kind__endswith="OrdersRecorded").get().content
    assert (notice["count"], notice["is_bulk"], list(notice["person_ids"])) == (2001, True, [])
    assert not TimelineEntry.objects.exists()


def test_a_small_batch_tells_the_timeline_once_and_keeps_it_right():
    ann = a_person()
    lines = (NewLine("Silver chain"), NewLine("Ribbon"), NewLine("Box"), NewLine("Card"))
    an_order(ann, reference="#1", lines=lines, bought_at=datetime(2026, 2, 11, 9, 30, tzinfo=UTC))
    entry = TimelineEntry.objects.get()
    assert entry.text == "Bought Silver chain, Ribbon and 2 more, 84.00"
    assert entry.at == datetime(2026, 2, 11, 9, 30, tzinfo=UTC)
    record_orders([a_new_order(ann, reference="#1", lines=lines, is_cancelled=True)])
    assert TimelineEntry.objects.get().text == "Ordered Silver chain, Ribbon and 2 more, 84.00; cancelled"


def test_refunds_come_with_the_order_whole_in_part_and_by_line():
    order = an_order(
        paid="100",
        lines=(NewLine("Chain", amount=Decimal(60)), NewLine("Ring", amount=Decimal(40))),
        refunds=(a_refund("10", reference="a"), a_refund("40", reference="b", line_index=1)),
    )
    assert order.refunded_amount == order.net_amount == 50
    assert [(r.reference, r.line and r.line.name) for r in order.refunds.order_by("reference")] == [
        ("a", None),
        ("b", "Ring"),
    ]


def test_a_refund_that_grew_in_a_newer_export_replaces_what_it_said():
    order = an_order(reference="#1", refunds=(a_refund("10"),))
    record_orders([a_new_order(reference="#1", refunds=(a_refund("25"),))])
    order.refresh_from_db()
    assert order.refunded_amount == 25
    assert Refund.objects.count() == 1


def test_two_refunds_under_one_number_are_both_kept():
    order = an_order(refunds=(a_refund("10"), a_refund("15")))
    assert order.refunded_amount == 25


def test_a_refund_of_nothing_is_no_refund():
    assert not an_order(refunds=(a_refund("0"),)).refunds.exists()


def test_words_too_long_and_zero_bytes_do_not_stop_a_batch():
    order = an_order(lines=(NewLine("Chain\x00" * 100, sku="x" * 300),), channel="m\x00" * 100, note="a\x00b")
    assert order.note == "ab"
    assert len(OrderLine.objects.get().name) == 200


# Products


def test_a_product_is_recognised_by_sku_else_by_its_name_without_case_and_spacing():
    for line in (
        NewLine("Silver chain", sku="SC-1"),
        NewLine("Silver Chain 45 cm", sku="SC-1"),
        NewLine("Ribbon"),
        NewLine(" RIBBON "),
    ):
        an_order(lines=(line,))
    assert sorted(Product.objects.values_list("name", "sku")) == [("Ribbon", ""), ("Silver chain", "SC-1")]


def test_a_product_known_by_name_takes_on_its_first_sku_and_no_second():
    for line in (NewLine("Silver chain"), NewLine("silver chain", sku="SC-1"), NewLine("Silver chain", sku="SC-2")):
        an_order(lines=(line,))
    assert sorted(Product.objects.values_list("name", "sku")) == [("Silver chain", "SC-1"), ("Silver chain", "SC-2")]


def test_many_spellings_in_one_batch_are_one_product():
    an_order(lines=(NewLine("Chain"), NewLine("CHAIN"), NewLine("chain ", sku="C"), NewLine("chain", sku="C")))
    assert Product.objects.get().sku == "C"


def test_a_line_with_neither_name_nor_sku_is_kept_without_a_product():
    order = an_order(lines=(NewLine("", amount=Decimal(5)),))
    assert order.lines.get().product_id is None


def test_a_batch_of_any_size_takes_the_same_number_of_queries(django_assert_max_num_queries):
    people = [a_person(f"Person {n}") for n in range(5)]
    with django_assert_max_num_queries(24):
        record_orders([a_new_order(person, lines=(NewLine(f"Thing {n}"),)) for n, person in enumerate(people * 20)])


def test_an_order_whose_content_was_hashed_as_before_counts_as_seen() -> None:

    new = a_new_order(a_person(), reference="old", refunds=(a_refund("1.00"),))
    order_id = record_orders([new]).ids[0]
    (basket,) = baskets([new])
    Order.objects.filter(pk=order_id).update(content_hash=former_hash(basket))
    assert former_hash(basket) != basket.content_hash
    assert record_orders([new]).seen == 1
