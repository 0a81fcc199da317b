"""Whatever happens to orders, in whatever order, the kept totals equal those added up from scratch."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Max, Min, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.errors import Refusal
from regulars.purchases import services
from regulars.purchases.models import DayTotals, Order, PersonTotals
from regulars.purchases.tests.builders import a_new_order, a_person, a_refund, an_order

pytestmark = pytest.mark.django_db

NO_TOTALS = (0, 0, Decimal(0), None, None)


def kept() -> dict[int, tuple[Any, ...]]:
    rows = PersonTotals.objects.values_list(
        "person_id", "orders", "buying_days", "net_amount", "first_bought_on", "last_bought_on"
    )
    return {row[0]: row[1:] for row in rows if row[1:] != NO_TOTALS}


def from_scratch() -> dict[int, tuple[Any, ...]]:
    counted = Order.objects.filter(person__isnull=False).values("person_id")
    purchases = counted.filter(is_purchase=True).annotate(
        orders=Count("id"), days=Count("bought_on", distinct=True), first=Min("bought_on"), last=Max("bought_on")
    )
    net = {row["person_id"]: row["net"] for row in counted.annotate(net=Sum("net_amount"))}
    found = {row["person_id"]: row for row in purchases}
    nothing = {"orders": 0, "days": 0, "first": None, "last": None}
    rows = {
        person_id: (row["orders"], row["days"], amount, row["first"], row["last"])
        for person_id, amount in net.items()
        for row in [found.get(person_id, nothing)]
    }
    return {person_id: row for person_id, row in rows.items() if row != NO_TOTALS}


def days_kept() -> dict[date, tuple[Any, ...]]:
    rows: dict[date, tuple[Any, ...]] = {row.on: (row.orders, row.net_amount) for row in DayTotals.objects.all()}
    return {day: row for day, row in rows.items() if row != (0, 0)}


def days_from_scratch() -> dict[date, tuple[Any, ...]]:
    purchases = dict(
        Order.objects.filter(is_purchase=True).values_list("bought_on").annotate(orders=Count("id")).order_by()
    )
    net = dict(Order.objects.values_list("bought_on").annotate(net=Sum("net_amount")).order_by())
    rows = {day: (purchases.get(day, 0), amount) for day, amount in net.items()}
    return {day: row for day, row in rows.items() if row != (0, 0)}


def test_two_orders_on_one_day_are_one_buying_day():
    ann = a_person()
    services.record_orders([a_new_order(ann, "10"), a_new_order(ann, "20"), a_new_order(ann, "5", date(2026, 2, 12))])
    an_order(ann, "1")
    assert kept()[ann.pk] == (4, 2, Decimal(36), date(2026, 2, 11), date(2026, 2, 12))


def test_a_wholly_refunded_order_is_no_purchase_and_a_part_refund_is():
    ann = a_person()
    services.record_orders([
        a_new_order(ann, "10", refunds=(a_refund("10"),)),
        a_new_order(ann, "20", date(2026, 2, 12), refunds=(a_refund("5"),)),
    ])  # fmt: skip
    assert kept()[ann.pk] == (1, 1, Decimal(15), date(2026, 2, 12), date(2026, 2, 12))


def test_a_cancelled_order_leaves_no_trace_in_the_totals():
    ann = a_person()
    an_order(ann, "10", is_cancelled=True)
    assert kept() == days_kept() == {}


def test_something_given_away_for_nothing_is_a_visit():
    ann = a_person()
    an_order(ann, "0")
    assert kept()[ann.pk][:3] == (1, 1, Decimal(0))


def test_sums_of_cents_are_exact_on_either_database():
    ann = a_person()
    services.record_orders([a_new_order(ann, "0.10") for _ in range(1000)])
    assert PersonTotals.objects.get(person=ann).net_amount == Decimal("100.00")
    assert Order.objects.aggregate(total=Sum("net_amount"))["total"] == Decimal("100.00")


def test_an_order_moved_to_another_day_by_a_newer_export_moves_the_buying_day():
    ann = a_person()
    an_order(ann, reference="#1", on=date(2026, 1, 5))
    an_order(ann, reference="#1", on=date(2026, 1, 6))
    assert kept()[ann.pk] == (1, 1, Decimal(84), date(2026, 1, 6), date(2026, 1, 6))


days = st.dates(date(2026, 1, 1), date(2026, 1, 5))
amounts = st.integers(0, 3000).map(lambda cents: Decimal(cents) / 100)
numbers = st.integers(1, 6)
people = st.one_of(st.none(), st.integers(0, 2))
orders = st.tuples(numbers, people, days, amounts, amounts, st.booleans())
steps = st.one_of(
    st.tuples(st.just("record"), st.lists(orders, max_size=6)),
    st.tuples(st.just("refund"), numbers, st.one_of(st.none(), amounts)),
    st.tuples(st.just("cancel"), numbers),
    st.tuples(st.just("remove"), st.lists(numbers, max_size=3)),
    st.tuples(st.just("move"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("forget"), st.integers(0, 2)),
)


def take(step, somebody) -> None:
    match step:
        case ("record", rows):
            services.record_orders([
                a_new_order(
                    None if person is None else somebody[person], str(paid), on, f"#{number}",
                    is_cancelled=cancelled, refunds=(a_refund(str(refunded)),),
                )
                for number, person, on, paid, refunded, cancelled in rows
            ])  # fmt: skip
        case ("refund", number, amount):
            order = Order.objects.filter(reference=f"#{number}").first()
            if order:
                services.record_refund(order, amount, order.bought_on + timedelta(days=1))
        case ("cancel", number):
            order = Order.objects.filter(reference=f"#{number}").first()
            if order:
                services.cancel_order(order)
        case ("remove", chosen):
            references = [f"#{number}" for number in chosen]
            services.remove_orders(list(Order.objects.filter(reference__in=references).values_list("pk", flat=True)))
        case ("move", keep, other) if keep != other:
            moved = services.move_orders(somebody[keep].pk, somebody[other].pk)
            services.move_back(moved[::2])
        case ("forget", person):
            services.forget_person(somebody[person].pk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_any_sequence_of_events_leaves_totals_equal_to_those_from_scratch(sequence):
    with transaction.atomic():
        somebody = [a_person(name) for name in ("Ann", "Bo", "Cy")]
        for step in sequence:
            try:
                take(step, somebody)
            except Refusal:
                continue
            assert kept() == from_scratch()
            assert days_kept() == days_from_scratch()
        transaction.set_rollback(True)
