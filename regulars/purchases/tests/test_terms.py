"""On account, gifts, commissions, exchanges: what is particular about a sale."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.models import TimelineEntry
from regulars.purchases import queries, services
from regulars.purchases.models import Commission, Exchange, Gift, Order, PersonTotals, Refund
from regulars.purchases.tests.builders import a_business, a_colleague, a_person
from regulars.rapport.models import Owed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def me(client):
    a_business()
    user = a_colleague("owner")
    client.force_login(user)
    return user


def sold(client, person, **more):
    said = {"key": "k1", "who": str(person), "person": str(person.pk), "amount": "84.00", "what": "Silver chain"}
    return client.post("/sales/new/", {**said, **more})


def test_on_account_counts_now_and_stands_among_what_they_owe_us(client, me):
    ann, due = a_person("Ann Archer"), clock.today() + timedelta(days=14)
    sold(client, ann, channel="phone", due_on=due.isoformat())
    order, owed = Order.objects.get(), Owed.objects.get()
    assert (order.channel, order.net_amount) == ("phone", Decimal("84.00"))
    assert (owed.person, owed.side, owed.due_on) == (ann, "they", due)
    assert "€84.00 for Silver chain" in owed.what
    sold(client, ann, channel="phone", due_on=due.isoformat())
    assert Owed.objects.count() == Order.objects.count() == 1


@pytest.mark.parametrize("act", ["undo", "cancel"])
def test_a_sale_that_is_none_after_all_is_not_owed_for_and_was_no_gift(client, me, act):
    ann, lena = a_person("Ann Archer"), a_person("Lena Larsson")
    due = (clock.today() + timedelta(days=14)).isoformat()
    sold(client, ann, due_on=due, gift_for="Lena Larsson")
    order = Order.objects.get()
    if act == "undo":
        services.undo_sale(order, me)
        assert not Gift.objects.exists()
    else:
        services.cancel_order(order, me)
    assert not Owed.objects.exists()
    assert not TimelineEntry.objects.filter(person=lena, kind="gift").exists()


def test_nobody_buys_on_account_without_a_name(client, me):
    said = {"key": "k", "person": "nobody", "amount": "5", "due_on": clock.today().isoformat()}
    page = client.post("/sales/new/", said)
    assert page.status_code == 422
    assert "Only somebody you know" in page.text
    assert not Order.objects.exists()


def test_a_gift_knows_who_gave_and_who_received(client, me):
    ann, lena = a_person("Ann Archer"), a_person("Lena Larsson")
    secret = clock.today() + timedelta(days=5)
    sold(client, ann, gift_for="lena larsson", occasion="birthday", secret_until=secret.isoformat())
    gift = Gift.objects.get()
    assert (gift.order.person, gift.receiver, gift.occasion) == (ann, lena, "birthday")
    entry = TimelineEntry.objects.get(person=lena, kind="gift")
    assert "a gift from Ann Archer" in entry.text
    assert "a secret until" in entry.text
    assert not PersonTotals.objects.filter(person=lena, orders__gt=0).exists()
    page = client.get(f"/sales/{gift.order_id}/")
    assert "A gift for" in page.text
    assert "Lena Larsson" in page.text


def test_a_receiver_nobody_knows_is_kept_by_name(client, me):
    sold(client, a_person("Ann Archer"), gift_for="her niece")
    assert (Gift.objects.get().receiver, Gift.objects.get().receiver_name) == (None, "her niece")


def test_a_gift_to_oneself_is_refused_and_nothing_is_sold(client, me):
    assert sold(client, a_person("Ann Archer"), gift_for="Ann Archer").status_code == 422
    assert not Order.objects.exists()


def test_a_receiver_who_is_erased_leaves_the_giver_their_sale(me):
    ann, lena = a_person("Ann Archer"), a_person("Lena Larsson")
    order = services.sell(ann.pk, Decimal(5), "Book", me, key="k")
    services.note_gift(order, "Lena Larsson", "birthday")
    people.erase_person(lena)
    gift = Gift.objects.get()
    assert (gift.receiver, gift.receiver_name, gift.occasion) == (None, "", "")
    assert PersonTotals.objects.get(person=ann).orders == 1


def test_two_records_of_a_receiver_become_one_and_two_again(me):
    ann, lena, twin = a_person("Ann"), a_person("Lena Larsson"), a_person("Lena Larson")
    order = services.sell(ann.pk, Decimal(5), "Book", me, key="k")
    services.note_gift(order, "", receiver_id=twin.pk)
    merge = people.merge(lena, twin)
    assert Gift.objects.get().receiver == lena
    people.unmerge(merge.pk)
    assert Gift.objects.get().receiver == twin


@pytest.mark.parametrize(("said", "earned"), [("20 %", "100.00"), ("75", "75.00"), ("12,5%", "62.50")])
def test_a_sale_for_another_firm_earns_the_commission(client, me, said, earned):
    ann = a_person("Ann Archer")
    sold(client, ann, amount="500", merchant="Nordic Candles", commission=said)
    order, told = Order.objects.get(), Commission.objects.get()
    assert (order.paid_amount, told.value_amount) == (Decimal(earned), Decimal(500))
    assert PersonTotals.objects.get(person=ann).net_amount == Decimal(earned)


def test_the_usual_commission_of_a_firm_is_remembered_and_two_spellings_are_one_firm(client, me):
    ann = a_person("Ann Archer")
    sold(client, ann, amount="500", merchant="Nordic Candles", commission="20%")
    sold(client, ann, key="k2", amount="100", merchant="nordic  candles")
    assert Order.objects.latest("pk").paid_amount == Decimal(20)
    [row] = queries.by_merchant()
    assert (row.sales, row.value_amount, row.commission_amount, row.open_amount) == (
        2,
        Decimal(600),
        Decimal(120),
        Decimal(120),
    )


def test_what_a_firm_paid_out_is_no_longer_open(client, me):
    sold(client, a_person("Ann"), amount="500", merchant="Nordic Candles", commission="20%")
    merchant = Commission.objects.get().merchant
    assert "have not been paid out yet" in client.get("/sales/commissions/").text
    client.post(f"/sales/commissions/{merchant.pk}/payouts/")
    assert queries.by_merchant()[0].open_amount == 0
    assert services.note_payout(merchant, clock.today(), me) == 0


@pytest.mark.parametrize("said", ["", "0", "600", "120 %"])
def test_a_commission_that_cannot_be_is_refused_and_nothing_is_sold(client, me, said):
    reply = sold(client, a_person("Ann"), amount="500", merchant="Nordic Candles", commission=said)
    assert reply.status_code == 422
    assert not Order.objects.exists()


def test_an_exchange_gives_back_one_and_sells_the_other(client, me):
    ann = a_person("Ann Archer")
    sold(client, ann)
    old = Order.objects.get()
    said = {"key": "x1", "what": "Gold chain", "amount": "120"}
    reply = client.post(f"/sales/{old.pk}/exchanges/", said, follow=True)
    assert "€36.00 are to be paid on top" in reply.text
    client.post(f"/sales/{old.pk}/exchanges/", said)
    old.refresh_from_db()
    assert not old.is_purchase
    assert (Order.objects.count(), Refund.objects.count(), Exchange.objects.count()) == (2, 1, 1)
    assert PersonTotals.objects.get(person=ann).net_amount == Decimal(120)


@pytest.mark.both_databases
def test_an_exchange_sent_five_times_is_one(me, in_threads):
    order = services.sell(a_person("Ann").pk, Decimal(84), "Chain", me, key="k")
    in_threads(5, lambda _: services.exchange(order, Decimal(60), "Ring", me, key="x"))
    assert (Order.objects.count(), Refund.objects.count()) == (2, 1)


def test_an_exchange_that_cannot_be_changes_nothing(client, me):
    sold(client, a_person("Ann"))
    old = Order.objects.get()
    services.record_refund(old, None, by=me)
    assert client.post(f"/sales/{old.pk}/exchanges/", {"key": "x", "what": "Ring", "amount": "60"}).status_code == 422
    assert Order.objects.count() == 1
    assert not Exchange.objects.exists()


def test_a_sale_with_all_of_it_can_be_taken_out_again(me):
    ann = a_person("Ann")
    a_person("Lena Larsson")
    party = services.plan_party(a_person("Hanna"), clock.today(), key="p")
    order = services.note_party_sale(party, ann.pk, Decimal(84), "Chain", me, key="k")
    services.note_gift(order, "Lena Larsson")
    services.note_commission(order, services.merchant_named("Nordic"), Decimal(500))
    done = services.exchange(order, Decimal(60), "Ring", me, key="x", came_back=Decimal(10))
    assert services.remove_orders([order.pk, done.taken.pk], by=me) == 2
    assert not any(model.objects.exists() for model in (Order, Gift, Commission, Exchange))
    assert PersonTotals.objects.get(person=ann).orders == 0
