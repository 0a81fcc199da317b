from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.fields import field
from regulars.people.models import Person
from regulars.people.queries import search
from regulars.purchases import queries, services
from regulars.purchases.models import MilsField, Order
from regulars.purchases.models.mils import to_mils
from regulars.purchases.services import NewLine, record_orders
from regulars.purchases.tests.builders import ON, a_new_order, a_person, a_refund, an_order
from regulars.purchases.what import what

pytestmark = pytest.mark.django_db


def test_thanks_are_due_once_a_day_for_purchases_of_people_known(frozen_clock):
    ann, bucket = a_person(), people.cash_customer()
    first = an_order(ann, "10")
    an_order(ann, "20")
    other = an_order(ann, "5", ON + timedelta(days=1))
    an_order(ann, "5", ON - timedelta(days=1))
    an_order(a_person("Bo"), "5", is_cancelled=True)
    an_order(a_person("Cy"), "5", refunds=(a_refund("5"),))
    an_order(bucket, "5")
    an_order(None, "5")
    due = queries.thankable_orders(ON, ON + timedelta(days=1))
    assert sorted(due.values_list("pk", flat=True)) == [first.pk, other.pk]


def test_the_second_order_of_a_day_is_thanked_for_when_the_first_was_cancelled():
    ann = a_person()
    first, second = an_order(ann, "10"), an_order(ann, "20")
    services.cancel_order(first)
    assert list(queries.thankable_orders(ON, ON).values_list("pk", flat=True)) == [second.pk]


def test_nobody_who_was_merged_away_or_erased_is_thanked():
    ann, twin, gone = a_person("Ann"), a_person("A."), a_person("Gone")
    an_order(twin)
    an_order(gone)
    people.merge(ann, twin)
    people.erase_person(gone)
    assert [order.person_id for order in queries.thankable_orders(ON, ON)] == [ann.pk]


def test_what_was_bought_is_said_in_few_words():
    assert what([]) == ""
    assert what(["Chain"]) == "Chain"
    assert what(["Chain", "", "Ring"]) == "Chain and Ring"
    assert what(["Chain", "Ring", "Box", "Card"]) == "Chain, Ring and 2 more"
    named, unnamed = an_order(), an_order(lines=())
    assert queries.bought_in_words([named.pk, unnamed.pk]) == {named.pk: "Silver chain"}


def test_months_are_added_up_with_people_known_and_unknown():
    ann = a_person()
    record_orders([
        a_new_order(ann, "10.10", date(2026, 1, 31)),
        a_new_order(None, "20.20", date(2026, 2, 1)),
        a_new_order(ann, "30.30", date(2026, 2, 28), refunds=(a_refund("30.30"),)),
        a_new_order(ann, "40", date(2026, 2, 28), is_cancelled=True),
    ])  # fmt: skip
    months = queries.month_totals(date(2026, 1, 1), date(2026, 2, 28))
    assert [(month.month, month.orders, month.net_amount) for month in months] == [
        (date(2026, 1, 1), 1, Decimal("10.10")),
        (date(2026, 2, 1), 1, Decimal("20.20")),
    ]
    assert queries.net_total() == Decimal("30.30")
    assert queries.net_total(date(2026, 2, 1), date(2026, 2, 1)) == Decimal("20.20")


def found_by(key: str, op: str, value: str) -> set[str]:
    known = field(key)
    assert known is not None
    return set(Person.objects.filter(known.matches(op, value)).values_list("full_name", flat=True))


def test_people_are_filtered_by_what_they_bought():
    a_person("Never")
    an_order(a_person("Once"), "10.00", date(2026, 1, 5))
    often = a_person("Often")
    record_orders([a_new_order(often, "50.00", date(2026, 2, day)) for day in (1, 2, 3)])
    assert found_by("last_bought", "since", "2026-02-03") == {"Often"}
    assert found_by("last_bought", "until", "2026-01-31") == {"Once"}
    assert found_by("buying_days", "at_least", "2") == {"Often"}
    assert found_by("orders", "at_most", "1") == {"Never", "Once"}
    assert found_by("spent", "at_least", "150.00") == {"Often"}
    assert found_by("spent", "at_most", "10") == {"Never", "Once"}
    assert found_by("orders", "at_least", "0") == {"Never", "Once", "Often"}
    for nonsense in ("", "plenty", "NaN", "1e400", "9" * 30, "2026-99-99"):
        assert found_by("spent", "at_least", nonsense) == set()
        assert found_by("last_bought", "since", nonsense) == set()


def test_somebody_is_found_by_an_order_number_with_or_without_its_mark():
    ann = a_person("Annelies")
    an_order(ann, reference="#1042")
    an_order(None, reference="#1043")
    assert search("1042").ids == search("#1042").ids == [ann.pk]
    assert search("104").ids == []
    assert found_by("order_number", "is", "1042") == {"Annelies"}


def test_a_thousandth_is_the_finest_and_floats_are_refused():
    assert to_mils("84.005") == 84005
    with pytest.raises(ValueError, match="finer"):
        to_mils("0.0005")
    with pytest.raises(TypeError):
        to_mils(0.1)  # type: ignore[arg-type]  # what a careless caller does


def test_an_amount_is_a_decimal_on_its_way_in_and_out_and_in_comparisons():
    an_order(paid="84.10", lines=(NewLine("Ribbon", quantity=Decimal("1.5")),))
    order = Order.objects.get(paid_amount=Decimal("84.10"))
    assert order.paid_amount == Decimal("84.10")
    assert Order.objects.filter(paid_amount__lt=Decimal("84.11"), paid_amount__gt=84).exists()
    assert MilsField().to_python("1.5") == Decimal("1.5")


def test_a_day_in_the_future_is_no_day_for_a_sale(frozen_clock):
    with pytest.raises(Exception, match="not come yet"):
        services.sell(None, Decimal(5), on=clock.today() + timedelta(days=1))


@pytest.mark.parametrize(
    ("key", "op", "value"),
    [
        ("last_bought", "since", ON.isoformat()),
        ("last_bought", "until", (ON - timedelta(days=1)).isoformat()),
        ("first_bought", "since", ON.isoformat()),
        ("orders", "at_least", "2"),
        ("buying_days", "at_least", "2"),
        ("spent", "at_least", "30"),
        ("spent", "at_most", "-1"),
        ("order_number", "is", "R-77"),
    ],
)
def test_a_rare_value_is_found_by_ids_as_it_is_person_by_person(key, op, value):
    ann, bo, _nobody = a_person("Ann"), a_person("Bo"), a_person("Cy")
    an_order(ann, "20", ON - timedelta(days=3))
    an_order(ann, "20", ON)
    an_order(bo, "5", ON - timedelta(days=3), reference="R-77")
    known = field(key)
    assert known is not None
    assert known.ids is not None
    one_by_one = set(Person.objects.filter(known.matches(op, value)).values_list("pk", flat=True))
    assert set(known.ids(op, value) or ()) == one_by_one


@pytest.mark.parametrize(("key", "op", "value"), [("spent", "at_most", "5"), ("orders", "at_least", "0")])
def test_what_is_true_of_those_who_never_bought_has_no_short_list(key, op, value):
    known = field(key)
    assert known is not None
    assert known.ids is not None
    assert known.ids(op, value) is None
