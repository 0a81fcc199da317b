"""What to suggest: what is used up, what people like this one came back for, and nothing where too few tell of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.people.models import Person
from regulars.people.services import lift_silence, silence
from regulars.purchases import services as purchases
from regulars.purchases.models import Order, Product
from regulars.purchases.services import NewLine
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding
from regulars.standings.panels import panels
from regulars.standings.services import grade_everyone
from regulars.standings.suggesting import suggestions
from regulars.standings.tests.builders import TODAY, many_people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def bought(person_ids: list[int], days_ago: int, what: str) -> None:
    people = Person.objects.in_bulk(person_ids)
    on = TODAY - timedelta(days=days_ago)
    purchases.record_orders([a_new_order(people[pk], "20.00", on, lines=(NewLine(what),)) for pk in person_ids])


def a_barber() -> list[int]:
    """Of thirty who bought a razor twenty came back for blades, and again each month; thirty others buy soap."""
    a_business()
    ids = many_people(60)
    bought(ids[:30], 140, "Razor")
    for days_ago in (110, 80, 50):
        bought(ids[:20], days_ago, "Blades")
    bought(ids[30:], 60, "Soap")
    bought(ids[58:], 20, "Razor")
    grade_everyone(TODAY)
    return ids


def test_what_is_used_up_is_due_again_and_what_others_came_back_for_is_new() -> None:
    ids = a_barber()
    again = suggestions(ids[0], TODAY)
    assert again[0].product == "Blades"
    assert again[0].why.startswith("Was due about 12 February; 8 in 10 had come for it by ")
    new = suggestions(ids[59], TODAY)
    assert [one.product for one in new] == ["Blades"]
    assert new[0].why.startswith("People who bought Razor often came back for Blades within ")
    assert new[0].why.endswith("20 of 32.")


def test_a_day_before_anything_was_named_is_graded_all_the_same() -> None:
    a_business()
    ids = many_people(3)
    bought(ids[:2], 10, "Razor")
    purchases.record_orders([a_new_order(Person.objects.get(pk=ids[2]), "9.00", TODAY - timedelta(days=400), lines=())])
    assert grade_everyone(TODAY - timedelta(days=100))["people"] == 1
    assert Finding.objects.get(name="products").data["reason"] == "too-few-buyers"


def test_who_has_it_already_or_bought_nothing_like_it_is_suggested_nothing() -> None:
    ids = a_barber()
    assert suggestions(ids[40], TODAY) == [], "soap leads to nothing here"
    bought([ids[59]], 1, "Blades")
    assert "often came back" not in " ".join(one.why for one in suggestions(ids[59], TODAY))


def test_what_is_due_for_a_while_says_since_when_and_is_let_go_once_most_would_have_come() -> None:
    ids = a_barber()
    [due, *_rest] = suggestions(ids[0], TODAY - timedelta(days=25))
    assert due.why.startswith("Due again about 12 February; 8 in 10 come for it between ")
    assert all(one.product != "Blades" for one in suggestions(ids[0], TODAY + timedelta(days=20)))
    found = Finding.objects.get(name="products")
    for row in found.data["again"].values():
        row["high_days"] = 90
    found.save()
    [due, *_rest] = suggestions(ids[0], TODAY + timedelta(days=20))
    assert due.why == "Due since about 12 February; 8 in 10 come for it by 13 April."


def test_nothing_is_suggested_to_somebody_who_mourns_or_is_unhappy_until_that_is_over() -> None:
    ids = a_barber()
    person = Person.objects.get(pk=ids[0])
    assert suggestions(ids[0], TODAY)
    for kind in ("bereavement", "complaint"):
        open_one = silence(person, kind, "", set_by_room="people", until=None)
        assert suggestions(ids[0], TODAY) == []
        assert suggestions(ids[1], TODAY)
        lift_silence(open_one)
    assert suggestions(ids[0], TODAY)


def test_too_few_buyers_teach_nothing_of_what_comes_after_what() -> None:
    a_business()
    ids = many_people(6)
    bought(ids, 90, "Razor")
    for days_ago in (60, 30):
        bought(ids, days_ago, "Blades")
    grade_everyone(TODAY)
    found = Finding.objects.get(name="products")
    assert found.data["after"] == {}
    assert all("often" not in one.why for one in suggestions(ids[0], TODAY))


def test_the_counter_and_the_person_s_page_say_the_same(rf: Any, django_assert_max_num_queries: Any) -> None:
    ids = a_barber()
    client = Client()
    client.force_login(a_user(Role.OWNER))
    [first, *_] = suggestions(ids[59], TODAY)
    assert first.why in client.get(f"/groups/suggestions/?person={ids[59]}").text
    for nobody in ("", "new", "nobody", "9" * 30, "0"):
        reply = client.get("/groups/suggestions/", {"person": nobody})
        assert (reply.status_code, reply.text.strip()) == (200, "")
    request = rf.get("/")
    request.user = a_user()
    shown = {panel.template: panel for panel in panels(request, Person.objects.get(pk=ids[59]))}
    assert shown["standings/_suggestions.html"].context["suggestions"][0] == first
    client.get(f"/people/{ids[59]}/")  # what is asked only once is read now
    with django_assert_max_num_queries(50):
        assert first.why in client.get(f"/people/{ids[59]}/").text
    with django_assert_max_num_queries(3):
        suggestions(ids[59], TODAY)


def test_a_line_that_was_taken_back_teaches_nothing() -> None:
    ids = a_barber()
    before = Finding.objects.get(name="products").data
    assert before["after"][str(Product.objects.get(name="Razor").pk)][0]["followed"] == 20
    for order in Order.objects.filter(lines__name="Blades", person_id__in=ids[:5]):
        purchases.cancel_order(order, None)
    grade_everyone(TODAY)
    after = Finding.objects.get(name="products").data
    assert after["after"][str(Product.objects.get(name="Razor").pk)][0]["followed"] == 15


def test_the_counter_suggests_without_javascript_as_soon_as_somebody_is_chosen_by_plain_form() -> None:
    ids = a_barber()
    client = Client()
    client.force_login(a_user(Role.STAFF))
    chosen = client.post("/sales/new/", {"find": "yes", "person": str(ids[0]), "who": "Person 0"})
    assert chosen.status_code == 200
    assert "To suggest: Blades." in chosen.text
    assert "To suggest" in client.get(f"/sales/new/?person={ids[0]}").text
    assert "To suggest" not in client.get("/sales/new/").text
    assert "To suggest" not in client.post("/sales/new/", {"find": "yes", "person": "nobody", "who": "x"}).text
