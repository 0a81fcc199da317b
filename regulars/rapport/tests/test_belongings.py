from datetime import date, timedelta

import pytest

from regulars.kit.errors import Refusal
from regulars.people.models import TimelineEntry
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import Belonging
from regulars.rapport.tests.builders import ON, a_shop, a_thing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


@pytest.mark.parametrize(
    ("said", "due_on"),
    [
        ({"serviced_on": date(2025, 5, 3)}, date(2026, 5, 3)),
        ({"serviced_on": date(2025, 1, 3)}, date(2026, 1, 3)),
        ({"bought_on": date(2015, 5, 3)}, date(2026, 5, 3)),
        ({"bought_on": date(2024, 3, 3)}, date(2027, 3, 3)),
        ({"bought_on": date(2024, 3, 4)}, date(2026, 3, 4)),
        ({"bought_on": date(2024, 2, 29)}, date(2027, 2, 28)),
        ({}, date(2027, 3, 4)),
    ],
)
def test_the_next_service_counts_from_the_last_or_from_the_day_it_was_bought(said, due_on):
    assert a_thing(a_person(), service_months=12, **said).service_due_on == due_on


def test_a_thing_without_an_interval_is_never_due():
    assert a_thing(a_person(), bought_on=date(2024, 5, 3)).service_due_on is None


def test_once_looked_after_it_is_due_an_interval_later_and_stands_on_the_timeline_once():
    thing = a_thing(a_person(), service_months=12, bought_on=date(2025, 3, 10))
    assert services.record_service(thing) is True
    assert services.record_service(thing) is False
    thing.refresh_from_db()
    assert (thing.serviced_on, thing.service_due_on) == (ON, date(2027, 3, 4))
    assert [entry.text for entry in TimelineEntry.objects.all()] == ["Looked after: Boiler"]


def test_an_older_service_never_overwrites_a_later_one():
    thing = a_thing(a_person(), service_months=6, serviced_on=date(2026, 2, 1))
    assert services.record_service(thing, date(2026, 1, 1)) is False
    thing.refresh_from_db()
    assert thing.serviced_on == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": " "}, "what"),
        ({"bought_on": ON + timedelta(days=1)}, "bought_on"),
        ({"service_months": 0}, "service_months"),
        ({"service_months": 241}, "service_months"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(said, field):
    with pytest.raises(Refusal) as refused:
        a_thing(a_person(), **{"what": "Ring", **said})
    assert refused.value.field == field
    assert not Belonging.objects.exists()


def test_the_same_form_sent_twice_is_one_thing():
    person = a_person()
    assert a_thing(person, key="same").pk == a_thing(person, key="same").pk
    assert Belonging.objects.count() == 1


def test_services_and_warranties_of_a_stretch_of_days_are_found_and_what_is_gone_is_not():
    ruth = a_person("Ruth")
    boiler = a_thing(ruth, service_months=12, serviced_on=ON - timedelta(days=360))
    coat = a_thing(ruth, "Coat", warranty_until=ON + timedelta(days=30))
    gone = a_thing(ruth, "Car", service_months=12, serviced_on=ON - timedelta(days=360), warranty_until=ON)
    services.part_with(gone)
    assert list(queries.services_due(ON, ON + timedelta(days=14))) == [boiler]
    assert list(queries.warranties_ending(ON, ON + timedelta(days=30))) == [coat]
    services.have_back(gone)
    assert list(queries.services_due(ON, ON + timedelta(days=14))) == [boiler, Belonging.objects.get(pk=gone.pk)]


def test_a_changed_interval_moves_the_day():
    thing = a_thing(a_person(), service_months=12, serviced_on=date(2026, 1, 10))
    services.change_belonging(thing, {"service_months": 6})
    thing.refresh_from_db()
    assert (thing.what, thing.service_due_on) == ("Boiler", date(2026, 7, 10))
