"""Two hands on the same orders at the same moment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from regulars.kit.errors import Refusal
from regulars.purchases import services
from regulars.purchases.models import Order, OrderLine, PersonTotals, Product
from regulars.purchases.tests.builders import a_business, a_colleague, a_new_order, a_person, an_order
from regulars.purchases.tests.test_totals import from_scratch, kept

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_two_imports_of_the_same_file_record_each_order_once(in_threads):
    a_business()
    people = [a_person(f"Person {n}") for n in range(10)]
    orders = [
        a_new_order(people[n % 10], on=date(2026, 1, 1) + timedelta(days=n % 3), reference=f"#{n}") for n in range(200)
    ]
    results = in_threads(4, lambda n: services.record_orders(orders if n % 2 else orders[::-1]))
    assert sorted(result.new for result in results) == [0, 0, 0, 200]
    assert Order.objects.count() == OrderLine.objects.count() == 200
    assert Product.objects.count() == 1
    assert kept() == from_scratch()


def test_many_sales_to_one_person_on_one_day_are_one_buying_day(in_threads):
    a_business()
    ann = a_person()
    in_threads(8, lambda n: services.sell(ann.pk, Decimal(10 + n), "Chain"))
    totals = PersonTotals.objects.get(person=ann)
    assert (totals.orders, totals.buying_days, totals.net_amount) == (8, 1, Decimal(108))


def test_a_form_sent_six_times_at_once_is_one_sale(in_threads):
    a_business()
    ann, ines = a_person(), a_colleague()
    results = in_threads(6, lambda n: services.sell(ann.pk, Decimal("84.00"), "Chain", ines, key="form-1").pk)
    assert len(set(results)) == 1
    assert PersonTotals.objects.get(person=ann).orders == 1


def test_refunds_at_once_never_give_back_more_than_was_paid(in_threads):
    a_business()
    order = an_order(a_person(), "100.00")
    results = in_threads(6, lambda n: services.record_refund(order, Decimal("30.00")))
    assert sum(isinstance(result, Refusal) for result in results) == 3
    order.refresh_from_db()
    assert order.refunded_amount == 90
    assert kept() == from_scratch()


def test_an_order_is_refunded_or_cancelled_but_not_both(in_threads):
    a_business()
    order = an_order(a_person(), "100.00")
    acts = (lambda: services.record_refund(order, None), lambda: services.cancel_order(order))
    results = in_threads(2, lambda n: acts[n]())
    assert sum(isinstance(result, Refusal) for result in results) == 1
    order.refresh_from_db()
    assert order.is_cancelled != bool(order.refunded_amount)
    assert kept() == from_scratch()


def test_imports_refunds_and_merges_at_once_leave_exact_totals(in_threads):
    a_business()
    ann, bo = a_person("Ann"), a_person("Bo")
    first = [a_new_order(ann if n % 2 else bo, on=date(2026, 1, 1 + n % 5), reference=f"#{n}") for n in range(40)]
    ids = services.record_orders(first).ids

    def act(n: int) -> object:
        if n == 0:
            return services.move_orders(ann.pk, bo.pk)
        if n == 1:
            return [services.cancel_order(order) for order in Order.objects.filter(pk__in=ids[:10])]
        if n == 2:
            return services.remove_orders(ids[10:20])
        return services.record_orders([order._replace(paid_amount=Decimal(n)) for order in first[15:]])

    results = in_threads(5, act)
    assert not [result for result in results if isinstance(result, Exception)]
    assert kept() == from_scratch()
