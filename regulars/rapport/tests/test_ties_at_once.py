"""The same form from two hands at once is one row, and what it changes elsewhere happens once."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regulars.people.models import Person, Silence, TimelineEntry
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import Belonging, LifeEvent, Owed, Tie
from regulars.rapport.tests.builders import ON, a_shop, owed

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ruth(frozen_clock) -> Person:
    a_shop()
    return a_person("Ruth")


def at_once(act: Callable[[], object], hands: int = 6) -> list[object]:
    """Let so many hands do the same at one moment; returns what each got."""
    start, got, faults = threading.Barrier(hands), [], []

    def press() -> None:
        try:
            start.wait()
            got.append(act())
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(press,)) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return got


def test_one_form_of_a_thing_is_one_thing(ruth):
    at_once(lambda: services.add_belonging(ruth, {"what": "Ring"}, key="form"))
    assert Belonging.objects.count() == 1


def test_one_form_of_a_loss_is_one_event_and_one_silence(ruth):
    at_once(lambda: services.record_event(ruth, services.NewEvent("bereavement"), key="form"))
    assert LifeEvent.objects.count() == 1
    assert Silence.objects.count() == 1


def test_one_form_of_something_owed_is_one_and_it_is_settled_once(ruth):
    at_once(lambda: services.owe(ruth, "we", "A sample", ON, key="form"))
    assert Owed.objects.count() == 1
    one = owed(ruth, "we", "Another")
    assert at_once(lambda: services.settle(one)).count(True) == 1
    assert TimelineEntry.objects.count() == 1


def test_a_service_is_noted_once_a_day(ruth):
    thing = services.add_belonging(ruth, {"what": "Boiler", "service_months": 12}, key="1")
    assert at_once(lambda: services.record_service(thing)).count(True) == 1
    assert TimelineEntry.objects.count() == 1


def test_six_who_note_a_talk_leave_one_row(ruth):
    at_once(lambda: services.note_contact([ruth.pk], "both"))
    assert Tie.objects.get().last_in_on == ON
    at_once(lambda: services.set_rhythm(ruth, 3))
    assert Tie.objects.get().every_months == 3
