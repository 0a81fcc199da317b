"""People found by what passes between us and them."""

import pytest
from django.db import connection

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.fields import field
from regulars.people.models import Person
from regulars.people.queries import Filter, people_list
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import AskedYes
from regulars.rapport.queries import how_many_wait, waiting_for_a_yes
from regulars.rapport.tests.builders import ON, a_shop, a_thing, an_event, owed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


def found(key, value):
    one = field(key)
    assert one is not None
    people_list = {person.full_name for person in Person.objects.filter(one.matches("is", value))}
    ids = one.ids("is", value) if one.ids else None
    if ids is not None:
        out_of_the_table = {person.full_name for person in Person.objects.filter(pk__in=ids)}
        assert out_of_the_table >= people_list if one.is_wide else out_of_the_table == people_list
    return people_list


def test_who_was_asked_to_confirm_offers_is_found_until_they_answer():
    services.switch_on(None)
    wording, ann = services.consent_wording(), a_person("Ann")
    assert wording is not None
    services.asked_yes.ask_for_yes(ann, "ann@example.org", wording, "enquiry form")
    services.asked_yes.ask_for_yes(a_person("Bo"), "+353 87 123 4567", wording, "enquiry form")
    a_person("Cy")
    assert (found("asked_yes", "yes"), found("asked_yes", "no")) == ({"Ann", "Bo"}, {"Cy"})
    services.confirm_by_answer(AskedYes.objects.get(person=ann).pk)
    assert found("asked_yes", "yes") == {"Bo"}


def test_who_agreed_or_refused_by_another_way_meanwhile_is_not_listed_as_waiting():
    services.switch_on(None)
    wording = services.consent_wording()
    assert wording is not None
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    for person in (ann, bo, cy):
        services.asked_yes.ask_for_yes(person, f"{person.full_name}@example.org", wording, "enquiry form")
    people.record_consent([ann.pk], "email", "marketing", source="counter", at=clock.now())
    people.withdraw_consent([bo.pk], "email", "marketing", source="counter", at=clock.now())
    assert found("asked_yes", "yes") == {"Cy"}
    assert people_list([Filter("asked_yes", "is", "yes")]).ids == [cy.pk]
    assert people_list([Filter("asked_yes", "is", "no")]).ids == [ann.pk, bo.pk]


@pytest.mark.parametrize("key", ["asked_yes", "we_owe", "owes_us"])
def test_whom_nothing_waits_for_is_asked_person_by_person_so_that_a_long_list_can_be_walked(key):
    one = field(key)
    assert one is not None
    sql = str(Person.objects.filter(one.matches("is", "no")).query)
    assert "EXISTS" in sql
    assert " IN (SELECT" not in sql


def test_who_waits_to_be_confirmed_is_counted_in_one_query_from_the_asks(django_assert_num_queries):
    services.switch_on(None)
    wording = services.consent_wording()
    assert wording is not None
    for number in range(3):
        services.asked_yes.ask_for_yes(a_person(f"P{number}"), f"p{number}@example.org", wording, "enquiry form")
    with django_assert_num_queries(1):
        assert how_many_wait() == {"email": 3}
    if connection.vendor == "sqlite":
        # Everybody in the book is never gone through to find the few who were asked.
        assert "SCAN" not in waiting_for_a_yes().explain()


def test_whoever_owns_a_boiler_is_found_however_it_was_written_and_not_once_it_is_gone():
    a_thing(a_person("Ann"), "Boiler")
    a_thing(a_person("Bo"), "  BOILER ")
    services.part_with(a_thing(a_person("Cy"), "boiler"))
    a_thing(a_person("Di"), "Ring")
    assert found("owns", "boiler") == {"Ann", "Bo"}
    owns = field("owns")
    assert owns is not None
    assert [word for word, _what in owns.options()] == ["boiler", "ring"]


def test_whoever_waits_for_us_is_found_by_a_promise_or_by_what_we_owe():
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    people.remind(ann, "Ring ready", ON, kind="promise")
    people.remind(cy, "Look at the stock", ON)
    owed(bo, "asked", "A call first")
    assert found("we_owe", "yes") == {"Ann", "Bo"}
    assert found("we_owe", "no") == {"Cy"}
    owed(cy, "they", "An answer")
    assert found("owes_us", "yes") == {"Cy"}


def test_whoever_had_a_wedding_is_found():
    an_event(a_person("Ann"), "wedding")
    an_event(a_person("Bo"), "baby")
    assert found("life_event", "wedding") == {"Ann"}


def test_the_list_of_people_filters_by_them(client):
    from regulars.staff.tests.builders import an_owner

    a_thing(a_person("Ann Baker"), "Boiler")
    a_person("Bo Reed")
    client.force_login(an_owner())
    page = client.get("/people/?owns=boiler")
    assert [person.full_name for person in page.context["people"]] == ["Ann Baker"]
    assert [person.full_name for person in client.get("/people/?we_owe=no").context["people"]] == [
        "Ann Baker",
        "Bo Reed",
    ]
