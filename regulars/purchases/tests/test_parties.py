"""A home party: guests and orders, the host's gift, the thanks, the next host."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person, Reminder
from regulars.purchases import services
from regulars.purchases.models import Order, Party, PartyGuest, PersonTotals
from regulars.purchases.tests.builders import a_business, a_colleague, a_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def me(client):
    a_business()
    user = a_colleague("staff")
    client.force_login(user)
    return user


def a_party(host=None, **more):
    held_on = more.pop("held_on", clock.today())
    return services.plan_party(host or a_person("Hanna Host"), held_on, "at her place", key=more.pop("key", "p1"))


def test_an_evening_of_eight_by_page(client, me):
    a_person("Hanna Host")
    said = {"key": "p1", "host": "Hanna Host", "held_on": clock.today().isoformat(), "place": "at her place"}
    page = client.post("/sales/parties/new/", said, follow=True)
    party = Party.objects.get()
    assert "Party at Hanna Host" in page.text
    guests = f"/sales/parties/{party.pk}/guests/"
    for number in range(4):
        new = {"key": f"g{number}", "who": f"Guest {number}", "reach": f"guest{number}@example.org"}
        client.post(guests, {**new, "amount": "20", "what": "Candle"})
    for number in range(4, 7):
        client.post(guests, {"key": f"g{number}", "who": f"Guest {number}", "reach": f"+49 171 22334{number:02}"})
    assert party.guests.count() == 7
    assert Order.objects.filter(channel="party").count() == 4
    assert Person.objects.filter(referred_by_text="Hanna Host").count() == 7
    guest = PartyGuest.objects.get(person__full_name="Guest 5")
    client.post(f"{guests}{guest.pk}/hosting/", {"wants": "yes"})
    client.post(f"/sales/parties/{party.pk}/closings/", {"host_gift": "a silk scarf"})
    promise = Reminder.objects.get(kind="promise")
    assert (promise.person, "silk scarf" in promise.what) == (party.host, True)
    assert Reminder.objects.filter(kind="reminder").count() == 3 + 1
    page = client.get("/sales/parties/")
    assert "7 guests" in page.text
    assert "4 orders" in page.text
    assert "€80.00" in page.text


@pytest.mark.both_databases
def test_five_clicks_prepare_the_thanks_once(me, in_threads):
    party = a_party()
    services.welcome(party, a_person("Gus Guest"))
    assert sorted(in_threads(5, lambda _: services.close_party(party, "flowers", me))) == [0, 0, 0, 0, 2]
    assert Reminder.objects.count() == 2


@pytest.mark.both_databases
def test_a_guests_order_sent_five_times_is_one(me, in_threads):
    party, guest = a_party(), a_person("Gus Guest")
    in_threads(5, lambda _: services.note_party_sale(party, guest.pk, Decimal(20), "Candle", me, key="g1"))
    assert Order.objects.count() == party.guests.count() == party.orders.count() == 1


def test_the_same_party_twice_is_one(me):
    host = a_person("Hanna Host")
    assert a_party(host) == a_party(host)


def test_a_party_to_come_is_not_closed_and_the_host_is_no_guest(me):
    party = a_party(held_on=clock.today() + timedelta(days=3))
    with pytest.raises(Refusal, match="still to come"):
        services.close_party(party, "", me)
    with pytest.raises(Refusal, match="not a guest"):
        services.welcome(party, party.host)


def test_somebody_unknown_needs_a_way_to_be_reached(client, me):
    party = a_party()
    page = client.post(f"/sales/parties/{party.pk}/guests/", {"key": "g", "who": "Nobody Known"})
    assert page.status_code == 422
    assert "write an e-mail or telephone number" in page.text
    assert party.guests.count() == 0


def test_two_records_of_a_guest_become_one_guest_and_two_again(me):
    party = a_party()
    ann, twin = a_person("Ann Archer"), a_person("Anne Archer")
    services.welcome(party, ann)
    services.note_party_sale(party, twin.pk, Decimal(20), "Candle", me, key="g1")
    merge = people.merge(ann, twin)
    assert list(party.guests.values_list("person_id", flat=True)) == [ann.pk]
    people.unmerge(merge.pk)
    assert set(party.guests.values_list("person_id", flat=True)) == {ann.pk, twin.pk}
    assert PersonTotals.objects.get(person=twin).orders == 1


def test_a_guest_who_is_erased_is_no_guest_any_more(me):
    party, ann = a_party(), a_person("Ann Archer")
    services.note_party_sale(party, ann.pk, Decimal(20), "Candle", me, key="g1")
    people.erase_person(ann)
    assert party.guests.count() == 0
    assert party.orders.count() == 1


def test_the_list_costs_the_same_for_one_party_and_for_ten(client, me, django_assert_max_num_queries):
    client.get("/sales/parties/")  # the frame remembers its counts for a few seconds
    for number in range(10):
        services.welcome(a_party(a_person(f"Host {number}"), key=f"p{number}"), a_person(f"G {number}"))
    with django_assert_max_num_queries(7):
        assert client.get("/sales/parties/").status_code == 200
