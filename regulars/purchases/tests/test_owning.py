"""A sold line becomes a thing somebody owns."""

from __future__ import annotations

import contextvars
import threading
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from regulars.kit.errors import Refusal
from regulars.purchases import services
from regulars.purchases.models import Order, Product
from regulars.purchases.tests.builders import a_business, a_colleague, a_person, a_refund, an_order
from regulars.rapport.models import Belonging

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(client, frozen_clock):
    a_business()
    colleague = a_colleague("owner")
    client.force_login(colleague)
    return colleague


def the_line(order: Order):
    return order.lines.get()


def test_what_was_sold_is_owned_with_its_months_and_the_next_one_takes_them_over(ines):
    ann, bo = a_person("Ann"), a_person("Bo")
    first, second = an_order(ann), an_order(bo)
    thing = services.note_as_owned(first, the_line(first), warranty_months=24, service_months=12, by=ines)
    assert (thing.what, thing.person_id, thing.is_from_us) == ("Silver chain", ann.pk, True)
    assert (thing.bought_on, thing.warranty_until) == (date(2026, 2, 11), date(2028, 2, 10))
    assert thing.service_due_on == date(2027, 2, 11)
    again = services.note_as_owned(second, the_line(second), by=ines)
    assert (again.warranty_until, again.service_months) == (date(2028, 2, 10), 12)
    assert (Product.objects.get().warranty_months, Product.objects.get().service_months) == (24, 12)


def test_a_second_tap_is_the_same_thing(ines):
    order = an_order(a_person())
    assert services.note_as_owned(order, the_line(order)).pk == services.note_as_owned(order, the_line(order)).pk


def test_what_went_back_or_is_nobodys_cannot_be_owned(ines):
    gone, unknown = an_order(a_person(), refunds=(a_refund("84.00"),)), an_order()
    for order in (gone, unknown):
        with pytest.raises(Refusal):
            services.note_as_owned(order, the_line(order))
    assert not Belonging.objects.exists()


def test_the_page_of_a_sale_offers_it_once(client, ines):
    order = an_order(a_person("Ann"))
    page = reverse("purchases:detail", args=[order.pk])
    assert "they own it now" in client.get(page).text
    address = reverse("purchases:line-thing", args=[order.pk, the_line(order).position])
    assert client.post(address, {"warranty_months": "24"}).status_code == 303
    assert "stands among their things" in client.get(page).text
    other = an_order(a_person("Bo"))
    assert "hx-post" not in client.get(reverse("purchases:detail", args=[other.pk])).text
    assert "Warranty, months" not in client.get(reverse("purchases:detail", args=[other.pk])).text
    assert client.post(reverse("purchases:line-thing", args=[order.pk, 99])).status_code == 404
    client.post(reverse("purchases:line-thing", args=[other.pk, the_line(other).position]), {"service_months": "999"})
    assert Belonging.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_six_hands_that_tap_at_once_make_one_thing(frozen_clock):
    a_business()
    order = an_order(a_person())
    line, start, faults = the_line(order), threading.Barrier(6), []

    def tap() -> None:
        try:
            start.wait()
            services.note_as_owned(order, line, warranty_months=24)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=contextvars.copy_context().run, args=(tap,)) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert faults == []
    assert Belonging.objects.count() == 1
