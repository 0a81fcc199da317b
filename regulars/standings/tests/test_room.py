"""Room to grow: an answer counts before an estimate, the list finds whom a person's page says it of, all are counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.people.fields import field
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding
from regulars.standings.pages.room import room_page
from regulars.standings.room import room_of
from regulars.standings.services import grade_everyone, tell_share
from regulars.standings.tests.builders import TODAY, many_people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def a_shop_of(count: int) -> list[int]:
    """Everybody came three times lately; each spent a little more than the one before."""
    a_business()
    ids = many_people(count)
    people = Person.objects.in_bulk(ids)
    days = [(number, ago) for number in range(count) for ago in (70, 40, 10 + (count - 1 - number) % 9)]
    purchases.record_orders(
        [a_new_order(people[ids[number]], f"{10 + number}.00", TODAY - timedelta(days=ago)) for number, ago in days]
    )
    tell_share(people[ids[-1]], percent=10)
    tell_share(people[ids[0]], percent=95)
    grade_everyone(TODAY)
    return ids


def test_the_list_finds_exactly_those_of_whom_their_page_says_it() -> None:
    ids = a_shop_of(60)
    asked = field("room")
    assert asked is not None
    for value, word in (("grow", "room to grow"), ("full", "has us already")):
        said = {pk for pk in ids if (known := room_of(pk, TODAY)) and known.word == word}
        assert set(Person.objects.filter(asked.matches("is", value)).values_list("pk", flat=True)) == said
        assert said
    assert ids[-1] in set(Person.objects.filter(asked.matches("is", "grow")).values_list("pk", flat=True))
    assert ids[0] not in set(Person.objects.filter(asked.matches("is", "grow")).values_list("pk", flat=True))
    assert not Person.objects.filter(asked.matches("is", "what")).exists()


def test_the_finding_counts_them_and_never_takes_an_estimate_for_an_answer() -> None:
    ids = a_shop_of(60)
    found = Finding.objects.get(name="room")
    words = [known.word for pk in ids if (known := room_of(pk, TODAY))]
    assert sum(row["grow"] for row in found.data["groups"]) == words.count("room to grow")
    assert sum(row["full"] for row in found.data["groups"]) == words.count("has us already")
    assert (found.data["asked"], found.data["estimated"]) == (2, 58)
    bases = {row["person_id"]: row["basis"] for row in found.data["named"]}
    assert bases[ids[-1]] == "asked"
    assert {basis for pk, basis in bases.items() if pk != ids[-1]} <= {"estimated"}


def test_a_small_shop_is_told_that_it_is_too_early_and_a_larger_one_sees_names() -> None:
    a_shop_of(60)
    assert "so few people" in room_page().nothing
    Finding.objects.filter(name="room").update(n=300)
    page = room_page()
    assert page.nothing == ""
    assert "you know because you asked" in page.lead
    client = Client()
    client.force_login(a_user(Role.OWNER))
    reply = client.get("/groups/room/")
    assert reply.status_code == 200
    assert "asked" in reply.text
    assert "estimated" in reply.text
