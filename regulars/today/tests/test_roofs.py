"""One card a household, and the line about entries that may be one person."""

from datetime import UTC, date, datetime

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.people.services import NewAddress, add_occasion, make_household
from regulars.people.services.pairing import look_thoroughly
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.today import queries
from regulars.today.services import skip_line, take_outcome
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought

pytestmark = pytest.mark.django_db
HOME = NewAddress(lines="1 High Street", city="York", postcode="YO1 7HH")


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def by_post(name: str) -> Person:
    return a_person(name, email=False, addresses=(HOME,))


def cards(kind: str) -> list[str]:
    found = queries.plan(ON)
    return [line.person for section in found.sections if section.kind.key == kind for line in section.lines]


def test_a_household_gets_one_thank_you_card_and_strangers_each_their_own(the_day):
    ann, tom, bo = by_post("Ann Baker"), by_post("Tom Baker"), by_post("Bo Lind")
    for person in (ann, tom, bo):
        bought(person, [8])
    assert cards("thank_you") == ["Ann Baker", "Tom Baker", "Bo Lind"]
    make_household([ann.pk, tom.pk])
    assert cards("thank_you") == ["Ann Baker", "Bo Lind"]
    (section,) = queries.plan(ON).sections
    assert section.total == 2
    assert "One card for the whole household." in section.lines[0].remarks


def test_when_the_card_is_written_the_other_of_the_household_is_not_asked_for(the_day):
    ann, tom = by_post("Ann Baker"), by_post("Tom Baker")
    for person in (ann, tom):
        bought(person, [8])
    make_household([ann.pk, tom.pk])
    lines = [line for section in queries.plan(ON).sections for line in section.lines]
    take_outcome(lines[0].key, "done", "", None)
    assert cards("thank_you") == []


def test_years_with_us_are_one_card_and_birthdays_are_two(the_day):
    ann, tom = by_post("Ann Baker"), by_post("Tom Baker")
    for person in (ann, tom):
        bought(person, [365, 100])
        add_occasion(person, "birthday", PartialDate(6, 12))
    make_household([ann.pk, tom.pk])
    assert cards("anniversary") == ["Ann Baker"]
    assert cards("birthday") == ["Ann Baker", "Tom Baker"]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_hands_that_write_a_households_card_at_once_write_one(in_threads):
    a_shop()
    ann, tom = by_post("Ann Baker"), by_post("Tom Baker")
    keys = [f"thank_you:{bought(person, [8], on=clock.today())[0].pk}:" for person in (ann, tom)]
    make_household([ann.pk, tom.pk])
    results = in_threads(2, lambda number: take_outcome(keys[number], "done", "", None))
    assert sum(isinstance(result, Refusal) for result in results) == 1, results


def test_entries_that_may_be_one_person_are_one_line_and_only_when_there_are_any(the_day, client):
    client.force_login(an_owner())
    assert "may be the same person" not in client.get("/today/").text
    for name in ("Joan Delacroix", "Joan Delacriox"):
        a_person(name, phones=("+44 171 555 0188",))
    look_thoroughly()
    page = client.get("/today/").text
    assert "1 pair may be the same person" in page
    assert 'href="/people/twins/"' in page
    year, week, _day = date(2026, 6, 10).isocalendar()
    skip_line(f"twins:0:{year}-{week:02}", None)
    assert "may be the same person" not in client.get("/today/").text


def test_staff_who_may_not_join_are_not_led_to_a_closed_door(the_day, client):
    for name in ("Joan Delacroix", "Joan Delacriox"):
        a_person(name, phones=("+44 171 555 0188",))
    look_thoroughly()
    client.force_login(a_user(role=Role.STAFF))
    page = client.get("/today/").text
    assert "The owner or a manager answers these." in page
    assert 'href="/people/twins/"' not in page
