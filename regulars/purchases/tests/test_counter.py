"""The pages: what was sold, noting a sale, money back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from regulars.kit import clock
from regulars.people.models import Person
from regulars.purchases import services
from regulars.purchases.models import Order, PersonTotals
from regulars.purchases.panels import panels
from regulars.purchases.services import NewLine
from regulars.purchases.tests.builders import a_business, a_colleague, a_new_order, a_person, a_refund, an_order

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SELL = "/sales/new/"


@pytest.fixture
def ines(client, frozen_clock):
    a_business()
    colleague = a_colleague("owner")
    client.force_login(colleague)
    return colleague


def sale(person: object, amount: str = "84.00", **more: str) -> dict[str, str]:
    return {"key": "form-1", "person": str(person), "amount": amount, "what": "Silver chain", **more}


def test_a_sale_is_noted_with_person_amount_and_what(client, ines):
    ann = a_person()
    reply = client.post(SELL, sale(ann.pk), follow=True)
    order = Order.objects.get()
    assert (order.person, order.paid_amount, order.served_by) == (ann, Decimal("84.00"), ines)
    assert (order.bought_on, order.bought_at) == (clock.today(), clock.now())
    assert [line.name for line in order.lines.all()] == ["Silver chain"]
    assert "Noted:" in reply.text
    assert reverse("purchases:undo", args=[order.pk]) in reply.text


def test_the_same_form_sent_twice_is_one_sale(client, ines):
    ann = a_person()
    first = client.post(SELL, sale(ann.pk))
    second = client.post(SELL, sale(ann.pk))
    assert first.url == second.url
    assert Order.objects.count() == 1


def test_an_old_form_with_another_sale_in_it_is_refused_and_can_be_saved_again(client, ines):
    ann = a_person()
    client.post(SELL, sale(ann.pk))
    reply = client.post(SELL, sale(ann.pk, "12.00"))
    assert reply.status_code == 422
    assert "saved already" in reply.text
    fresh = reply.context["form"]["key"].value()
    assert fresh != "form-1"
    client.post(SELL, sale(ann.pk, "12.00", key=fresh))
    assert sorted(Order.objects.values_list("paid_amount", flat=True)) == [Decimal(12), Decimal(84)]


@pytest.mark.parametrize(("typed", "amount"), [("84", "84"), ("84,50", "84.50"), ("€ 1.234,50", "1234.50")])
def test_amounts_are_read_as_people_write_them(client, ines, typed, amount):
    client.post(SELL, sale(a_person().pk, typed))
    assert Order.objects.get().paid_amount == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "0", "-5", "plenty", "NaN", "99999999999"])
def test_an_amount_that_is_none_is_refused_and_what_was_typed_stays(client, ines, typed):
    reply = client.post(SELL, sale(a_person().pk, typed))
    assert reply.status_code == 422
    assert "Silver chain" in reply.text
    assert not Order.objects.exists()


def test_a_sale_of_tomorrow_is_refused_and_one_of_yesterday_is_taken(client, ines):
    ann = a_person()
    tomorrow, yesterday = (clock.today() + timedelta(days=n) for n in (1, -1))
    assert client.post(SELL, sale(ann.pk, on=tomorrow.isoformat())).status_code == 422
    client.post(SELL, sale(ann.pk, on=yesterday.isoformat()))
    order = Order.objects.get()
    assert (order.bought_on, order.bought_at) == (yesterday, None)


def test_somebody_new_is_added_with_one_way_to_reach_them(client, ines):
    client.post(SELL, sale("new", who="Bo Becker", reach="bo@example.org"))
    bo = Person.objects.get(full_name="Bo Becker")
    assert Order.objects.get().person == bo
    assert bo.emails.get().address == "bo@example.org"


@pytest.mark.parametrize(("who", "reach"), [("Bo", ""), ("Bo", "nonsense@"), ("", "bo@example.org")])
def test_somebody_new_without_a_name_or_a_way_to_reach_them_is_refused(client, ines, who, reach):
    assert client.post(SELL, sale("new", who=who, reach=reach)).status_code == 422
    assert not Order.objects.exists()
    assert not Person.objects.exists()


def test_a_sale_to_nobody_known_is_kept_without_a_person(client, ines):
    client.post(SELL, sale("nobody"))
    assert Order.objects.get().person_id is None
    assert not PersonTotals.objects.exists()


@pytest.mark.parametrize("person", ["", "999999", "x", "9" * 30])
def test_a_person_nobody_chose_or_who_is_gone_is_refused(client, ines, person):
    assert client.post(SELL, sale(person, who="Ann")).status_code == 422
    assert not Order.objects.exists()


def test_people_are_found_while_somebody_types_and_without_script(client, ines):
    ann = a_person("Annelies Archer")
    a_person("Bo Becker")
    swapped = client.get("/sales/new/people/", {"who": "anne"}, headers=HTMX)
    assert "Annelies Archer" in swapped.text
    assert "Bo Becker" not in swapped.text
    assert "<html" not in swapped.text
    page = client.post(SELL, {"find": "yes", "key": "k", "who": "anne", "amount": "84", "what": "Chain"})
    assert f'value="{ann.pk}" checked' in page.text
    assert 'value="84"' in page.text
    assert not Order.objects.exists()


def test_somebody_only_written_alike_is_offered_but_not_picked(client, ines):
    ann = a_person("Annelies Archer")
    page = client.get("/sales/new/people/", {"who": "Anneleis"}, headers=HTMX).text
    assert f'value="{ann.pk}">' in page
    assert "checked" not in page


def test_the_form_opens_with_the_person_one_came_from(client, ines):
    ann = a_person()
    assert f'value="{ann.pk}" checked' in client.get(SELL, {"person": ann.pk}).text


def test_a_sale_just_noted_can_be_undone_as_if_it_had_not_been(client, ines):
    ann = a_person()
    client.post(SELL, sale(ann.pk))
    order = Order.objects.get()
    reply = client.post(reverse("purchases:undo", args=[order.pk]), follow=True)
    assert "Taken back" in reply.text
    assert not Order.objects.exists()
    assert not ann.timeline.exists()
    assert PersonTotals.objects.get(person=ann).orders == 0


def test_undo_is_refused_later_to_others_and_for_orders_of_the_shop(client, ines, frozen_clock):
    imported = an_order(a_person())
    theirs = services.sell(None, Decimal(5), "Card", a_colleague("staff"))
    old = services.sell(None, Decimal(5), "Card", ines)
    frozen_clock.ahead(days=2)
    client.force_login(ines)
    for order in (imported, theirs, old):
        client.post(reverse("purchases:undo", args=[order.pk]))
    assert Order.objects.count() == 3


def test_looking_changes_nothing(client, ines):
    order = an_order(a_person())
    for name in ("undo", "refund", "cancel"):
        client.get(reverse(f"purchases:{name}", args=[order.pk]))
    order.refresh_from_db()
    assert order.is_purchase


def test_all_that_is_left_goes_back_when_no_amount_is_given(client, ines):
    order = an_order(a_person(), "84.00", refunds=(a_refund("4.00"),))
    page = reverse("purchases:refund", args=[order.pk])
    client.post(page, {"key": "r", "line": "", "amount": "", "on": clock.today().isoformat()})
    order.refresh_from_db()
    assert order.refunded_amount == 84
    assert not order.is_purchase


def test_one_line_goes_back_and_never_more_than_it_cost(client, ines):
    lines = (NewLine("Chain", amount=Decimal(60)), NewLine("Ring", amount=Decimal(40)))
    order = an_order(a_person(), "100", lines=lines)
    ring = order.lines.get(name="Ring")
    page, on = reverse("purchases:refund", args=[order.pk]), clock.today().isoformat()
    refused = client.post(page, {"key": "r1", "line": ring.pk, "amount": "40.01", "on": on})
    assert refused.status_code == 422
    assert "Only" in refused.text
    client.post(page, {"key": "r1", "line": ring.pk, "amount": "", "on": on})
    client.post(page, {"key": "r1", "line": ring.pk, "amount": "", "on": on})
    refund = order.refunds.get()
    assert (refund.amount, refund.line, refund.by) == (Decimal(40), ring, ines)


def test_a_refund_before_the_purchase_or_after_today_is_refused(client, ines):
    order = an_order(a_person(), on=clock.today())
    page = reverse("purchases:refund", args=[order.pk])
    for days in (-1, 1):
        on = (clock.today() + timedelta(days=days)).isoformat()
        assert client.post(page, {"key": "r", "line": "", "amount": "1", "on": on}).status_code == 422


def test_a_cancelled_sale_stays_in_the_book_and_counts_nowhere(client, ines):
    ann = a_person()
    order = an_order(ann, reference="#7")
    client.post(reverse("purchases:cancel", args=[order.pk]))
    page = client.get(reverse("purchases:detail", args=[order.pk]))
    assert "cancelled" in page.text
    assert PersonTotals.objects.get(person=ann).orders == 0
    services.record_orders([a_new_order(ann, "90", reference="#7")])
    order.refresh_from_db()
    assert order.is_cancelled


def test_an_order_with_money_back_is_not_cancelled_too(client, ines):
    order = an_order(a_person(), "84.00", refunds=(a_refund("4.00"),))
    reply = client.post(reverse("purchases:cancel", args=[order.pk]))
    assert reply.status_code == 422
    assert "Money went back" in reply.text


def test_the_list_shows_thirty_newest_first_and_leads_on_and_back(client, ines):
    ann = a_person()
    orders = [a_new_order(ann, str(n), date(2026, 1, 1) + timedelta(days=n // 10)) for n in range(1, 71)]
    services.record_orders(orders)
    shown, page = [], client.get("/sales/")
    while True:
        shown += [row.order.paid_amount for row in page.context["rows"]]
        if not page.context["next_url"]:
            break
        page = client.get(page.context["next_url"])
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) == 70
    back = client.get(page.context["previous_url"])
    assert [row.order.paid_amount for row in back.context["rows"]] == shown[30:60]
    first = client.get(back.context["previous_url"])
    assert [row.order.paid_amount for row in first.context["rows"]] == shown[:30]
    assert not first.context["previous_url"]


def test_the_list_takes_few_queries_however_many_orders(client, ines, django_assert_max_num_queries):
    people = [a_person(f"Person {n}") for n in range(10)]
    services.record_orders([a_new_order(people[n % 10], str(n + 1)) for n in range(60)])
    client.get("/sales/")
    with django_assert_max_num_queries(12):
        assert len(client.get("/sales/").context["rows"]) == 30


@pytest.mark.parametrize(
    "mark", ["nonsense", "2026-13-45.x", "2026-01-01.", ".5", "2026-01-01.99999999999999999999999"]
)
def test_a_broken_page_mark_does_no_harm(client, ines, mark):
    an_order(a_person())
    assert client.get("/sales/", {"after": mark}).status_code == 200


def test_the_list_finds_by_name_and_by_order_number(client, ines):
    an_order(a_person("Annelies Archer"), reference="#1042")
    an_order(a_person("Bo Becker"), reference="#7")
    for text in ("annelies", "1042", "#1042"):
        rows = client.get("/sales/", {"q": text}, headers=HTMX).context["rows"]
        assert [row.order.reference for row in rows] == ["#1042"]


def test_the_list_of_one_person_holds_theirs_alone(client, ines):
    ann = a_person()
    an_order(ann)
    an_order(a_person("Bo"))
    rows = client.get("/sales/", {"person": ann.pk}).context["rows"]
    assert [row.order.person for row in rows] == [ann]


def test_an_empty_book_says_how_to_begin(client, ines):
    assert "Note one at the counter" in client.get("/sales/").text


def test_an_order_that_is_not_there_is_not_found(client, ines):
    for name in ("detail", "refund", "cancel"):
        assert client.get(reverse(f"purchases:{name}", args=[4711])).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("owner", {"list", "sell", "refund"}),
        ("manager", {"list", "sell", "refund"}),
        ("staff", {"list", "sell"}),
        ("read_only", {"list"}),
    ],
)
def test_who_may_do_what(client, ines, role, allowed):
    order = an_order(a_person())
    client.force_login(a_colleague(role))
    pages = {"list": "/sales/", "sell": SELL, "refund": reverse("purchases:refund", args=[order.pk])}
    assert {name for name, url in pages.items() if client.get(url).status_code == 200} == allowed


def test_the_person_page_shows_what_they_bought_also_after_a_large_import(rf, ines):
    ann = a_person("Annelies Archer")
    orders = [a_new_order(ann, "10.00", date(2020, 1, 1) + timedelta(days=n)) for n in range(2001)]
    services.record_orders(orders)
    request = rf.get("/")
    request.user = ines
    panel = panels(request, ann)[0]
    page = render_to_string(panel.template, panel.context)
    assert "20,010.00" in page
    assert "in 2,001 purchases" in page
    assert page.count("Silver chain") == 5
    assert f"?person={ann.pk}" in page


def test_an_id_beyond_a_thousand_is_sent_back_as_it_is(client, ines):
    Person.objects.create(pk=1234567, full_name="Zoë Zuckerman")
    page = client.get(SELL, {"person": 1234567}).text
    assert 'value="1234567" checked' in page
