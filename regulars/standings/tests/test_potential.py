"""Not bought yet: whom to call first and why, what became of people like them, honest with three and with many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.rapport.services import lose_enquiry
from regulars.rapport.tests.builders import an_enquiry, an_entry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding, Group, Standing
from regulars.standings.pages.prospects import SHOWN, prospects_page
from regulars.standings.panels import panels
from regulars.standings.services import grade_everyone, refresh_facts, remember
from regulars.standings.tests.builders import TODAY, many_people, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def days_ago(frozen_clock: Any) -> Callable[[int], None]:
    """Go to noon of the day so many days before TODAY."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("UTC"))
    return lambda days: frozen_clock.move_to(noon - timedelta(days=days))


def _asked_long_ago(days_ago: Callable[[int], None], people_who_ask: int = 40, buyers: int = 10) -> None:
    """Some asked 200 days ago, and a part of them bought a hundred days later."""
    days_ago(200)
    asked = [somebody(f"Asker {number}") for number in range(people_who_ask)]
    for person in asked:
        an_enquiry(person)
    days_ago(0)
    on = TODAY - timedelta(days=100)
    purchases.record_orders([a_new_order(person, "50.00", on) for person in asked[:buyers]])


def _three_new(days_ago: Callable[[int], None]) -> tuple[Person, Person, Person]:
    """Lea asked with a sum and was sent; Max asked; Nia only came into the book."""
    sender = somebody("Ann Archer")
    visits(sender, [90, 50, 10])
    days_ago(5)
    lea, max_, nia = somebody("Lea Long"), somebody("Max Moor"), somebody("Nia North")
    an_enquiry(lea, wants="two rings", worth_amount=Decimal(200))
    an_enquiry(max_, wants="a chain")
    people.link_sender(lea, "Ann Archer", None, sender_id=sender.pk)
    days_ago(0)
    an_entry(lea, "call", "asked again")
    return lea, max_, nia


def test_with_three_people_they_are_named_and_nothing_is_claimed_of_them(days_ago: Callable[[int], None]) -> None:
    a_business()
    lea, max_, nia = _three_new(days_ago)
    grade_everyone(TODAY)
    page = prospects_page()
    assert [one.person for one in page.named][:3] == [lea, max_, nia]
    assert page.named[0].why == (
        "Asked 5 days ago for: two rings. Still waits for an answer. Last in touch today. In touch on 2 days. "
        "Sent by Ann Archer (a regular since 2025)."
    )
    assert page.named[2].why == "In your book since 27 February."
    assert {one.money for one in page.named} == {""}
    assert page.groups.chart is not None
    assert "How many like them buy cannot be said yet: nobody stood there before." in page.groups.chart.rows[0].note
    reply = _owner().get("/groups/prospects/")
    assert "3 people have been in touch and have not bought yet. 2 are worth a call now." in reply.text


def test_what_became_of_people_like_them_is_counted_and_asked_is_never_taken_for_estimated(
    days_ago: Callable[[int], None],
) -> None:
    a_business()
    _asked_long_ago(days_ago)
    lea, max_, _nia = _three_new(days_ago)
    grade_everyone(TODAY)
    found = Finding.objects.get(name="potential")
    warm = next(row for row in found.data["groups"] if row["group"] == "warm")
    assert (warm["people"], warm["n"], warm["p_buys"]["value"]) == (2, 40, 0.25)
    assert warm["expected"]["value"] == "12.50"
    named = {row["person_id"]: row for row in found.data["named"]}
    assert (named[lea.pk]["basis"], named[lea.pk]["expected"]["value"]) == ("asked", "50.00")
    assert (named[max_.pk]["basis"], named[max_.pk]["expected"]["value"]) == ("estimated", "12.50")
    page = prospects_page()
    assert page.groups.chart is not None
    assert "Of 40 people who stood like that before, 2 in 10 bought within half a year (14\u00a0% to 40\u00a0%)." in (
        page.groups.chart.rows[0].note
    )
    assert found.n == Standing.objects.filter(basis="contact").count() == 33


def test_groups_of_the_finding_are_those_that_are_stored(days_ago: Callable[[int], None]) -> None:
    a_business()
    _asked_long_ago(days_ago)
    _three_new(days_ago)
    remembered = somebody("Old Friend")
    remember(remembered, last_seen_on=TODAY, usual_gap_days=30, usual_amount=Decimal(20))
    grade_everyone(TODAY)
    found = Finding.objects.get(name="potential")
    for row in found.data["groups"]:
        assert Standing.objects.filter(basis="contact", group=row["group"]).count() == row["people"]
    assert all(row["person_id"] != remembered.pk for row in found.data["named"])


def test_the_persons_panel_says_what_may_come_of_it_and_how_we_know(rf: Any, days_ago: Callable[[int], None]) -> None:
    a_business()
    _asked_long_ago(days_ago)
    lea, max_, nia = _three_new(days_ago)
    grade_everyone(TODAY)
    assert _ahead(rf, lea) == [
        "In touch on 2 days.",
        "Of 40 people who stood like that before, 2 in 10 bought within half a year (14\u00a0% to 40\u00a0%).",
        "They spoke of about €200; so on average €50 (€21 to €100) comes of it.",
    ]
    assert _ahead(rf, max_)[-1].startswith("On average people like that brought €12 (")
    assert _ahead(rf, nia) == ["How many like them buy cannot be said yet: nobody stood there before."]


def test_who_bought_since_wants_quiet_or_found_it_elsewhere_is_not_called(days_ago: Callable[[int], None]) -> None:
    a_business()
    days_ago(5)
    bought, quiet, lost, waits = (somebody(name) for name in ("Bo", "Quinn", "Lou", "Wim"))
    asked = {person: an_enquiry(person) for person in (bought, quiet, lost, waits)}
    days_ago(0)
    grade_everyone(TODAY)
    assert len(prospects_page().named) == 4
    visits(bought, [0])
    refresh_facts([bought.pk])
    people.silence(quiet, "not_now", "in spring", "people", TODAY + timedelta(days=30))
    lose_enquiry(asked[lost], "elsewhere", "", None)
    assert [one.person for one in prospects_page().named] == [waits]


def test_what_we_said_to_them_and_their_complaints_are_no_sign_of_theirs(days_ago: Callable[[int], None]) -> None:
    a_business()
    days_ago(120)
    ours, theirs, angry = somebody("Our Call"), somebody("Their Call"), somebody("Angry Andy")
    days_ago(0)
    an_entry(ours, "call", "rang them", direction="out")
    an_entry(theirs, "call", "they rang")
    an_entry(angry, "complaint", "not a good word")
    grade_everyone(TODAY)
    groups = dict(Standing.objects.values_list("person_id", "group"))
    assert groups == {ours.pk: Group.COLD, theirs.pk: Group.WARM, angry.pk: Group.COLD}


def test_the_list_costs_the_same_for_any_number_of_people_and_goes_on_page_by_page(
    days_ago: Callable[[int], None], django_assert_max_num_queries: Any
) -> None:
    a_business()
    days_ago(3)
    ids = many_people(3 * SHOWN)
    days_ago(0)
    grade_everyone(TODAY)
    prospects_page()
    with django_assert_max_num_queries(8):
        first = prospects_page()
    with django_assert_max_num_queries(8):
        last = prospects_page(3)
    assert [one.person.pk for one in first.named] == ids[:SHOWN]
    assert [one.person.pk for one in last.named] == ids[2 * SHOWN :]
    assert (first.previous_url, first.next_url) == ("", "/groups/prospects/?page=2")
    assert (last.previous_url, last.next_url) == ("/groups/prospects/?page=2", "")
    client = _owner()
    assert client.get("/groups/prospects/?page=3").status_code == 200
    assert client.get("/groups/prospects/?page=nonsense").status_code == 200
    assert "Nobody who was in touch" in client.get("/groups/prospects/?page=99").text


def test_where_everybody_bought_the_page_says_so_and_the_glance_shows_no_way_to_it() -> None:
    a_business()
    visits(somebody("Ann"), [40, 10])
    grade_everyone(TODAY)
    client = _owner()
    assert "Nobody in your book has asked and not bought." in client.get("/groups/prospects/").text
    assert "/groups/prospects/" not in client.get("/groups/").text


def test_the_glance_shows_the_way_and_how_many_are_worth_a_call(days_ago: Callable[[int], None]) -> None:
    a_business()
    _three_new(days_ago)
    grade_everyone(TODAY)
    text = _owner().get("/groups/").text
    assert 'href="/groups/prospects/"' in text
    assert "2 are worth a call now." in text


def _ahead(rf: Any, person: Person) -> list[str]:
    request = rf.get("/")
    request.user = a_user()
    shown = {panel.template: panel for panel in panels(request, Person.objects.get(pk=person.pk))}
    said: list[str] = shown["standings/_standing.html"].context["ahead"]
    return said


def _owner() -> Client:
    client = Client()
    client.force_login(a_user(Role.OWNER))
    assert clock.today() == TODAY
    return client
