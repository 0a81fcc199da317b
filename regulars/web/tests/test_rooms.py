"""What stands in the rail: few rooms for a shop that begins, more as it grows, and every page reached all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, resolve

from regulars.kit import clock
from regulars.outreach.models import Mailing
from regulars.outreach.services.mailings import NewMailing, begin_mailing, gather, make_mailing
from regulars.people.queries.matching import Asked
from regulars.people.tests.builders import a_person
from regulars.staff import sightings
from regulars.staff.models import User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding
from regulars.standings.services import remember
from regulars.standings.shoebox import turn
from regulars.web import growth as growing
from regulars.web.growth import Growth, measured
from regulars.web.rooms import ENTRIES, MORE, WRITE, rail_for, rooms_for
from regulars.web.tests.a_full_house import a_full_house, addresses, pages

pytestmark = pytest.mark.django_db
FEW = ["today", "people", "sales", "write", "more"]
# Opened by a link that is sent, printed or kept, by a program, or only while something is being done.
NOT_FROM_A_PAGE = {
    "web:begin", "web:manifest", "web:mark", "web:service-worker", "web:healthz", "web:first-run", "web:home",
    "account_reauthenticate", "account_reset_password", "outreach:kept-letter", "outreach:sign-in-return",
}  # fmt: skip
# Offered where there is something to do in them, which this house has not: a lead of their own leads there.
WHEN_NEEDED = {
    "people:act", "people:roofs", "purchases:nameless",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _grown_anew() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
    sightings.forget()


def names(user: User, path: str = "/today/") -> list[str]:
    return [room.name for room in rail_for(user, path)]


def test_a_shop_of_sixty_has_five_entries(owner: User) -> None:
    for number in range(60):
        a_person(f"Person {number}")
    assert names(owner) == FEW


def test_a_hundred_people_open_the_figures_and_two_hundred_the_rooms_of_letters(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "SEVERAL_PEOPLE", 2)
    monkeypatch.setattr(growing, "MANY_PEOPLE", 3)
    a_person("Ann")
    assert measured() == Growth()
    a_person("Bo")
    assert measured() == Growth(has_several=True)
    cache.clear()
    assert names(owner) == ["today", "people", "sales", "write", "groups", "more"]
    a_person("Cy")
    cache.clear()
    assert {"hands", "cards", "outbox", "replies"} <= set(names(owner))
    assert "settings" not in names(owner)


def test_a_second_person_at_work_opens_the_log_and_the_outbox(owner: User) -> None:
    a_user(Role.STAFF)
    assert measured().is_team
    assert {"log", "outbox", "hands"} <= set(names(owner))


def test_a_first_mailing_brings_mailings_to_the_front(owner: User) -> None:
    a_person("Ann", email="ann@example.org")
    mailing = make_mailing(NewMailing("t", "Hours", "thank-you", Asked(is_list=True)), owner)
    gather(mailing)
    assert "mailings" not in names(owner)
    begin_mailing(Mailing.objects.get(), owner)
    cache.clear()
    assert "mailings" in names(owner)


def test_what_is_not_in_the_rail_is_found_under_write_or_more(owner: User, client: Client) -> None:
    client.force_login(owner)
    listed = client.get("/more/").text
    for room in rooms_for(owner, "/"):
        assert f'href="{room.url}"' in listed, room.name
    assert all(entry.is_main or entry.group for entry in ENTRIES)
    write = client.get("/write/").text
    for room in rooms_for(owner, "/"):
        assert room.group != WRITE or f'href="{room.url}"' in write, room.name


def test_write_and_more_are_marked_while_the_page_is_in_a_room_they_lead_to(owner: User) -> None:
    current = {room.name for room in rail_for(owner, "/outbox/leavings/") if room.is_current}
    assert current == {WRITE}
    assert {room.name for room in rail_for(owner, "/settings/hours/") if room.is_current} == {MORE}
    a_user(Role.STAFF)
    cache.clear()
    rail = {room.name: room for room in rail_for(owner, "/outbox/")}
    assert rail["outbox"].is_current
    assert not rail["write"].is_current
    assert rail["write"].is_within


def test_of_two_rooms_whose_addresses_begin_alike_one_is_current(owner: User) -> None:
    assert [room.name for room in rooms_for(owner, "/cards/year/") if room.is_current] == ["year"]


def test_write_counts_what_waits_in_the_rooms_it_leads_to(owner: User) -> None:
    known = {"hands": 2, "cards": 3, "outbox": 0, "enquiries": 4}
    rail = {room.name: room for room in rail_for(owner, "/today/", known)}
    assert rail["write"].count == 5
    assert rail["more"].count == 4


def test_a_reader_finds_only_the_rooms_they_may_enter(owner: User, client: Client) -> None:
    client.force_login(a_user(Role.READ_ONLY))
    page = client.get("/more/").text
    assert "How we do" in page
    assert "Take in a file" not in page
    assert "Stop everything" not in page
    assert "Write to many" not in client.get("/write/").text


def test_the_growth_is_asked_once_in_ten_minutes(owner: User, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        growing.growth()
        growing.growth()


def test_every_page_is_reached_from_today_by_links_alone(db: None) -> None:
    house = a_full_house()
    _large_enough_for_room_to_grow()
    _somebody_told_from_memory(house.owner)
    browser = Client()
    browser.force_login(house.owner)
    reached = set(_walked(browser))
    plain = {name for name, address in addresses(house) if address == _pattern_of(address)}
    expected = {name for name in pages(house) if name in plain} - NOT_FROM_A_PAGE - WHEN_NEEDED
    assert len(expected) > 30
    assert sorted(expected - reached) == []


def _large_enough_for_room_to_grow() -> None:
    """What people buy elsewhere is a matter of two hundred people and more."""
    data = {"groups": [{"group": "loyal", "grow": 4, "full": 2, "between": 0}], "named": [], "asked": 0, "estimated": 6}
    fields = {"as_of": clock.today(), "n": 300, "data": {**data, "reason": ""}, "made_at": clock.now()}
    Finding.objects.update_or_create(name=Finding.Name.ROOM, defaults=fields)


def _somebody_told_from_memory(owner: User) -> None:
    person = turn([]).person
    assert person is not None
    on = clock.today() - timedelta(days=20)
    remember(person, last_seen_on=on, usual_gap_days=30, usual_amount=Decimal(40), by=owner)


def _pattern_of(address: str) -> str:
    return re.sub(r"\d", "", address)


def _walked(browser: Client) -> Iterator[str]:
    """Every view reached by following links, as a browser without script would."""
    waiting, seen, shown = ["/today/"], {"/today/"}, dict[str, int]()
    while waiting:
        path = waiting.pop()
        try:
            name = resolve(path).view_name
        except Resolver404:
            continue
        shown[name] = shown.get(name, 0) + 1
        if shown[name] > 3:
            continue
        yield name
        reply = browser.get(path)
        if reply.streaming or b"<html" not in reply.content:
            continue
        for href in re.findall(r'<a [^>]*href="(/[^"#?]*)', reply.text):
            if href not in seen:
                seen.add(href)
                waiting.append(href)
