"""What happens to this room's rows when somebody asks for them, leaves, or turns out to be two."""

from datetime import date

import pytest

from regulars.people import services as people
from regulars.people.tests.builders import a_person
from regulars.rapport import own_records, services
from regulars.rapport.models import Belonging, LifeEvent, Owed, Tie
from regulars.rapport.tests.builders import a_shop, a_thing, an_event, owed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


def everything_about(person):
    a_thing(person, "Ring", details="Size 54")
    an_event(person, "illness", note="Her heart")
    owed(person, "we", "Money back")
    services.note_contact([person.pk], "in", date(2026, 2, 1))


def held(person):
    return {
        held.model.__name__: held.model._default_manager.filter(person_id=person.pk).count()
        for held in own_records.HELD
    }


def test_every_table_of_the_room_is_in_the_registry():
    from django.apps import apps

    about_people = {
        model
        for model in apps.get_app_config("rapport").get_models()
        if any(field.name == "person" for field in model._meta.fields)
    }
    assert about_people == {held.model for held in own_records.HELD}


def test_all_that_is_held_is_handed_out():
    ruth = a_person("Ruth")
    everything_about(ruth)
    found = people.export_person(ruth.pk)["rapport"]
    assert found["things"][0]["details"] == "Size 54"
    assert found["life_events"][0]["note"] == "Her heart"
    assert found["owed"][0]["what"] == "Money back"
    assert found["keeping_in_touch"][0]["last_in_on"] == "2026-02-01"


def test_erasing_somebody_leaves_nothing_of_theirs_and_everything_of_others():
    ruth, ann = a_person("Ruth"), a_person("Ann")
    everything_about(ruth)
    everything_about(ann)
    people.erase_person(ruth)
    assert set(held(ruth).values()) == {0}
    assert 0 not in {held(ann)[name] for name in ("Belonging", "LifeEvent", "Owed", "Tie")}


def test_two_records_made_one_hold_everything_and_parted_again_each_its_own():
    keep, other = a_person("Ruth Bell"), a_person("R. Bell")
    everything_about(keep)
    everything_about(other)
    services.note_contact([other.pk], "out", date(2026, 3, 1))
    services.set_rhythm(other, 6)
    merge = people.merge(keep, other)
    assert held(keep) | {"Tie": 1} == held(keep)
    assert (Belonging.objects.filter(person=keep).count(), LifeEvent.objects.filter(person=keep).count()) == (2, 2)
    tie = Tie.objects.get(person=keep)
    assert (tie.last_in_on, tie.last_out_on, tie.every_months) == (date(2026, 2, 1), date(2026, 3, 1), 6)
    people.unmerge(merge.pk)
    assert Owed.objects.filter(person=other).count() == 1
    assert Tie.objects.get(person=other).last_out_on == date(2026, 3, 1)
    assert Tie.objects.get(person=keep).last_out_on is None
