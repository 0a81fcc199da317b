"""The friend whom a customer sent is never treated as a stranger, and whoever sent them is thanked once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases.models import Order
from regulars.today.queries import plan
from regulars.today.services import approve_lines
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_day")]


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def friends() -> tuple[Person, Person]:
    """Ann, a regular since 2025, and Eva, whom she sent."""
    ann, eva = a_person("Ann Kavanagh"), a_person("Eva Lind")
    bought(ann, [400, 300, 200])
    people.link_sender(eva, "ann kavanagh", None)
    eva.refresh_from_db()
    assert eva.referred_by_id == ann.pk
    return ann, eva


def lines(kind: str) -> list[Any]:
    return [line for line in plan(ON).lines if line.due.kind == kind]


def test_a_line_about_somebody_who_was_sent_says_by_whom_and_since_when_they_come() -> None:
    _ann, eva = friends()
    bought(eva, [8])
    assert lines("thank_you")[0].why_person == "Sent by Ann Kavanagh (a regular since 2025). First purchase."


def test_whoever_sent_a_friend_is_thanked_once_when_the_friend_first_buys() -> None:
    _ann, eva = friends()
    assert lines("friend") == []
    bought(eva, [3])
    line = lines("friend")[0]
    assert line.person == "Ann Kavanagh"
    assert line.why_now == "Sent us Eva Lind, who first bought on 7 June, 3 days ago."
    assert "Eva" in line.draft.body
    approve_lines({line.key: line.seen}, an_owner())
    assert lines("friend") == []
    bought(eva, [1])
    assert lines("friend") == []


def test_nobody_is_thanked_for_a_friend_who_first_bought_long_ago_or_while_they_want_quiet() -> None:
    ann, eva = friends()
    bought(eva, [30])
    assert lines("friend") == []
    bo = a_person("Bo")
    people.link_sender(bo, "", None, sender_id=ann.pk)
    bought(bo, [2])
    assert len(lines("friend")) == 1
    people.quiet_until(ann, ON + timedelta(days=5))
    assert lines("friend") == []


def test_the_pages_of_both_say_it(client: Client) -> None:
    ann, eva = friends()
    bought(eva, [3])
    client.force_login(an_owner())
    assert "Sent by Ann Kavanagh (a regular since 2025)." in client.get(f"/people/{eva.pk}/").text
    page = client.get(f"/people/{ann.pk}/").text
    assert "Sent us" in page
    assert "Eva Lind" in page


def test_who_sent_them_is_asked_when_somebody_is_added_and_when_a_sale_is_noted(client: Client) -> None:
    ann = a_person("Ann Kavanagh")
    client.force_login(an_owner())
    client.post("/people/new/", {"full_name": "Eva Lind", "reach": "eva@example.org", "sent_by": "Ann Kavanagh"})
    assert Person.objects.get(full_name="Eva Lind").referred_by_id == ann.pk
    sale = {"key": "k", "who": "Bo Chen", "person": "new", "reach": "bo@example.org", "amount": "20", "what": "",
            "sent_by": "Ann Kavanagh"}  # fmt: skip
    for _again in range(2):
        client.post("/sales/new/", sale)
    assert Person.objects.get(full_name="Bo Chen").referred_by_id == ann.pk
    assert Order.objects.count() == 1


def test_nobody_can_have_sent_themselves_and_a_known_sender_stays() -> None:
    ann, eva = friends()
    bo = a_person("Bo Chen")
    assert people.link_sender(bo, "Bo Chen", None) is None
    assert people.link_sender(eva, "Bo Chen", None) is None
    eva.refresh_from_db()
    assert eva.referred_by_id == ann.pk
