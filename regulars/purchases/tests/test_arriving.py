"""Sales noted without signal: each arrives once, counts at once, and finds its person now or when somebody says so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person, TimelineEntry
from regulars.purchases import services
from regulars.purchases.models import Order, PersonTotals
from regulars.purchases.tests.builders import a_business, a_colleague, a_person

pytestmark = pytest.mark.django_db(transaction=True)
QUEUED = {"X-Queued": "yes"}


@pytest.fixture
def me(client):
    a_business()
    user = a_colleague("staff")
    client.force_login(user)
    return user


def entry(key="phone-1", **more):
    return {"key": key, "amount": "12.50", "what": "Candle", "who": "", **more}


def arrived(client, **fields):
    return client.post("/sales/counter/", entry(**fields), headers=QUEUED)


def test_an_entry_that_comes_twice_is_one_sale(client, me):
    first, second = arrived(client), arrived(client)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Order.objects.count() == 1


@pytest.mark.both_databases
def test_an_entry_that_comes_five_times_at_once_is_one_sale(me, in_threads):
    orders = in_threads(5, lambda _: services.arrive("phone-1", Decimal("12.50"), "Candle", me, who="Ruth").pk)
    assert len(set(orders)) == 1
    assert Order.objects.count() == 1


def test_it_happened_when_it_was_noted_not_when_it_came_in(client, me, frozen_clock):
    noted = clock.now() - timedelta(days=2, hours=3)
    arrived(client, happened_at=noted.isoformat())
    order = Order.objects.get()
    assert order.bought_at == noted
    assert order.bought_on == clock.local(noted).date()


@pytest.mark.parametrize("hours", [26, -24 * 400])
def test_a_clock_that_is_wrong_is_not_believed(client, me, frozen_clock, hours):
    arrived(client, happened_at=(clock.now() + timedelta(hours=hours)).isoformat())
    assert Order.objects.get().bought_at == clock.now()


def test_the_one_who_bears_the_name_gets_the_sale(client, me):
    ruth = a_person("Ruth Ärmel")
    a_person("Ruth Other")
    arrived(client, who="ruth armel")
    assert Order.objects.get().person == ruth


def test_a_name_that_two_bear_is_asked_about_and_the_money_counts_at_once(client, me):
    a_person("Ruth Amsel")
    other = a_person("Ruth Amsel")
    arrived(client, who="Ruth Amsel")
    order = Order.objects.get()
    assert (order.person, order.meant_for, order.net_amount) == (None, "Ruth Amsel", Decimal("12.50"))
    page = client.get("/sales/nameless/")
    assert page.text.count("Ruth Amsel") >= 3
    client.post(f"/sales/{order.pk}/owner/", {"person": str(other.pk)})
    order.refresh_from_db()
    assert (order.person, order.meant_for) == (other, "")
    assert PersonTotals.objects.get(person=other).net_amount == Decimal("12.50")
    assert TimelineEntry.objects.filter(person=other, kind="order").exists()
    assert "Every sale has its name" in client.get("/sales/nameless/").text


def test_a_stranger_with_a_way_to_reach_them_comes_into_the_book(client, me):
    arrived(client, who="Zoë New", person="new", reach="zoe@example.org")
    assert Order.objects.get().person == Person.objects.get(full_name="Zoë New")


def test_a_sale_nobody_remembers_is_not_asked_about_again(client, me):
    arrived(client, who="the man with the hat")
    order = Order.objects.get()
    client.post(f"/sales/{order.pk}/owner/", {"person": "nobody"})
    order.refresh_from_db()
    assert (order.person, order.meant_for) == (None, "")


def test_a_sale_that_is_somebodys_stays_theirs(me):
    ann, bo = a_person("Ann"), a_person("Bo")
    order = services.arrive("k", Decimal(5), "", me, person_id=ann.pk)
    with pytest.raises(Refusal, match="already"):
        services.assign_order(order.pk, bo.pk, me)
    order.refresh_from_db()
    assert order.person == ann


@pytest.mark.both_databases
def test_two_who_name_the_buyer_at_once_name_one(me, in_threads):
    there = [a_person(f"Ann {number}").pk for number in range(3)]
    order = services.arrive("k", Decimal(5), "", me, who="Ann")
    answers = in_threads(3, lambda number: services.assign_order(order.pk, there[number], me))
    assert sum(isinstance(answer, Order) for answer in answers) == 1
    assert sum(isinstance(answer, Refusal) for answer in answers) == 2
    assert PersonTotals.objects.filter(orders=1).count() == 1


def test_what_cannot_be_a_sale_is_refused_in_a_sentence_and_stays_on_the_phone(client, me):
    reply = arrived(client, amount="twelve")
    assert reply.status_code == 422
    assert "not an amount" in reply.json()["sentence"]
    assert not Order.objects.exists()


def test_a_name_typed_at_the_stall_goes_when_the_person_is_erased(client, me):
    ruth = a_person("Ruth Amsel")
    order = services.arrive("k", Decimal(5), "", me, who="Ruth")
    services.assign_order(order.pk, ruth.pk, me)
    people.erase_person(ruth)
    order.refresh_from_db()
    assert order.meant_for == ""
    with pytest.raises(Refusal, match="erased"):
        services.assign_order(order.pk, a_person("Bo").pk, me)


def test_the_page_works_without_script_and_stays_open_for_the_next(client, me):
    assert client.get("/sales/counter/").status_code == 200
    reply = client.post("/sales/counter/", entry(), follow=True)
    assert reply.redirect_chain[-1][0] == "/sales/counter/"
    assert "Noted." in reply.text
    assert client.post("/sales/counter/", entry("k2", amount="")).status_code == 422


def test_the_page_costs_the_same_for_three_people_and_for_thirty(client, me, django_assert_max_num_queries):
    for number in range(30):
        services.arrive(f"k{number}", Decimal(5), "Candle", me, person_id=a_person(f"Person {number}").pk)
    client.get("/sales/counter/")  # what the frame counts is then kept
    with django_assert_max_num_queries(14):
        page = client.get("/sales/counter/")
    assert "Person 29" in page.text
