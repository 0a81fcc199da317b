"""How far people come: counted by hand here, by the database there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from regulars.kit import services as kit
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries import Filter, people_list
from regulars.people.tests.builders import a_person
from regulars.purchases import services as purchases
from regulars.purchases.services import NewOrder
from regulars.rapport import services as rapport
from regulars.rapport.services import Caller, NewEnquiry
from regulars.staff.services import add_staff
from regulars.standings.models import Step, StepCount
from regulars.standings.pages.steps import steps_page
from regulars.standings.services import count_steps, keep_steps
from regulars.standings.stuck import stuck_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_day")]
ON = date(2026, 6, 10)


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    kit.set_up_business(name="Linden Lane", zone="Europe/Dublin", currency="EUR", country="IE")


def bought(person: Person, *days_ago: int) -> None:
    orders = [
        NewOrder("till", f"{person.pk}-{ago}", person.pk, ON - timedelta(days=ago), paid_amount=Decimal(20))
        for ago in days_ago
    ]
    purchases.record_orders(orders)


def asked(person: Person, days_ago: int) -> None:
    at = datetime(2026, 6, 10, 8, tzinfo=UTC) - timedelta(days=days_ago)
    rapport.take_enquiry(NewEnquiry(Caller(person.pk), "phone", "a ring", asked_at=at), None)


def six_people() -> dict[str, Person]:
    """Ann comes regularly and sent Eva; Bo came twice; Cy once; Di asked and bought; Fay asked and waits."""
    cast = {name: a_person(name) for name in ("Ann", "Bo", "Cy", "Di", "Eva", "Fay")}
    bought(cast["Ann"], 400, 300, 200, 10)
    bought(cast["Bo"], 150, 120)
    bought(cast["Cy"], 200)
    asked(cast["Di"], 40)
    bought(cast["Di"], 30)
    people.link_sender(cast["Eva"], "", None, sender_id=cast["Ann"].pk)
    asked(cast["Fay"], 20)
    return cast


def test_six_people_are_counted_as_one_would_by_hand() -> None:
    six_people()
    steps = count_steps(ON)
    assert steps.reached == {"asked": 2, "first": 4, "second": 2, "regular": 1, "sender": 1}
    assert steps.moved == {"asked": 1, "first": 2, "second": 1, "regular": 1, "sender": 0}
    assert steps.moved_90 == {"asked": 1, "first": 0, "second": 0, "regular": 1, "sender": 0}
    assert steps.moved_365 == {"asked": 1, "first": 2, "second": 1, "regular": 1, "sender": 0}
    assert (steps.friends, steps.friends_who_bought) == (1, 0)
    assert set(steps.median_days.values()) == {None}


def test_the_days_that_lie_between_are_the_middle_of_those_who_went_on() -> None:
    for gap in (10, 20, 90):
        bought(a_person(), 200, 200 - gap)
    assert count_steps(ON).median_days["first"] == 20


def test_what_was_cancelled_two_sales_on_a_day_and_the_cash_customer_are_no_steps() -> None:
    ann = a_person("Ann")
    bought(ann, 30)
    purchases.record_orders(
        [
            NewOrder("till", "same day", ann.pk, ON - timedelta(days=30), paid_amount=Decimal(5)),
            NewOrder("till", "cancelled", ann.pk, ON - timedelta(days=3), paid_amount=Decimal(5), is_cancelled=True),
            NewOrder("till", "cash", people.cash_customer().pk, ON - timedelta(days=3), paid_amount=Decimal(5)),
        ]
    )
    steps = count_steps(ON)
    assert (steps.reached["first"], steps.reached["second"]) == (1, 0)


def test_a_customer_who_asks_again_is_no_newcomer_at_the_first_step() -> None:
    ann = a_person("Ann")
    bought(ann, 100)
    asked(ann, 20)
    assert count_steps(ON).reached["asked"] == 0


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_slices_of_any_size_count_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    six_people()
    whole = count_steps(ON)
    monkeypatch.setattr("regulars.standings.services.steps.SLICE", size)
    assert count_steps(ON) == whole


def test_who_is_stuck_is_named_and_the_list_of_people_says_the_same() -> None:
    six_people()
    assert [one.person.full_name for one in stuck_at(Step.ASKED, ON, 14).named] == ["Fay"]
    assert [one.person.full_name for one in stuck_at(Step.FIRST, ON, 60).named] == ["Cy"]
    assert [(one.person.full_name, one.since) for one in stuck_at(Step.SECOND, ON, 60).named] == [
        ("Bo", ON - timedelta(days=120))
    ]
    assert stuck_at(Step.REGULAR, ON, 0).count == 0
    for step, name in (("asked", "Fay"), ("first", "Cy"), ("second", "Bo")):
        found = people_list([Filter("step", "is", step)])
        assert [Person.objects.get(pk=pk).full_name for pk in found.ids] == [name]


def test_the_page_explains_itself_with_six_people(client: Client) -> None:
    six_people()
    client.force_login(add_staff(email="maya@example.com", display_name="Maya", role="owner"))
    page = client.get("/groups/steps/").text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Of 4 people who bought, 2 came a second time. With so few people each one counts" in words
    assert "1 friend sent, 0 of them bought." in words
    assert "Ask how the first thing serves them" in words
    assert 'href="/people/?step=first"' in page
    assert client.get("/people/?step=first").status_code == 200


@pytest.mark.parametrize(("page", "most"), [("/people/?step=asked", 24), ("/groups/steps/", 40)])
def test_a_page_of_steps_asks_as_much_for_sixty_people_as_for_six(
    page: str, most: int, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(add_staff(email="maya@example.com", display_name="Maya", role="owner"))
    needed: list[int] = []
    for _round in range(2):
        for _shop in range(9 if needed else 1):
            six_people()
        client.get(page)  # what is remembered of the business and of whoever is signed in
        with django_assert_max_num_queries(most) as asked_for:
            assert "Fay" in client.get(page).text
        needed.append(len(asked_for))
    assert needed[0] == needed[1]


def test_before_anybody_asked_or_bought_the_page_says_what_will_be_here(client: Client) -> None:
    client.force_login(add_staff(email="maya@example.com", display_name="Maya", role="owner"))
    assert "Nothing to count yet" in client.get("/groups/steps/").text


def test_a_large_shop_reads_the_nights_count_and_never_counts_on_the_page(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    six_people()
    keep_steps(ON)
    keep_steps(ON)
    assert StepCount.objects.count() == 1
    monkeypatch.setattr("regulars.standings.pages.steps.COUNTED_LIVE", 2)
    monkeypatch.setattr("regulars.standings.pages.steps.count_steps", None)
    with django_assert_max_num_queries(16):
        page = steps_page()
    assert page is not None
    assert (page.is_counted_now, page.as_of) == (False, ON)
