"""What this room holds on a person: handed out, emptied, moved to another entry and back."""

from __future__ import annotations

import pytest

from regulars.outreach import services
from regulars.outreach.fields import last_heard
from regulars.outreach.models import State, Touch
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, an_approved_touch, states, the_owner
from regulars.people import services as people
from regulars.people.models import Person, TimelineEntry

pytestmark = pytest.mark.django_db


def test_merging_gives_the_touches_to_the_one_that_stays_and_parting_gives_them_back():
    a_shop()
    keep, other = a_person("Ann Archer"), a_person("A. Archer")
    touch = a_touch(other)
    merge = people.merge(keep, other, by=the_owner())
    assert Touch.objects.get(pk=touch.pk).person_id == keep.pk
    people.unmerge(merge.pk, by=the_owner())
    assert Touch.objects.get(pk=touch.pk).person_id == other.pk


def test_two_entries_of_one_person_get_one_card():
    a_shop()
    keep, other = a_person("Ann Archer"), a_person("A. Archer")
    sent = a_touch(keep, channel="card", occurrence="2026")
    services.record_outcome(sent, "done", "", the_owner())
    waiting = an_approved_touch(other, channel="card", occurrence="2026")
    merge = people.merge(keep, other, by=the_owner())
    assert states([sent, waiting]) == [State.SENT, State.CANCELLED]
    people.unmerge(merge.pk, by=the_owner())
    assert states([sent, waiting]) == [State.SENT, State.PLANNED]


def test_erasing_empties_the_words_and_keeps_that_something_was_sent():
    a_shop()
    person = a_person()
    call = a_touch(person, channel="call", subject="About the clasp")
    services.record_outcome(call, "spoke", "She was sad.", the_owner())
    waiting = an_approved_touch(person)
    people.erase_person(person, by=the_owner())
    call.refresh_from_db()
    assert (call.subject, call.body, call.note, call.state) == ("", "", "", State.SENT)
    assert states([waiting]) == [State.CANCELLED]


def test_a_person_gets_everything_that_was_written_to_them():
    a_shop()
    person = a_person()
    a_touch(person, body="Dear Ann,\n\nthank you.")
    assert "thank you." in str(people.export_person(person.pk, by=the_owner()))


def test_people_are_found_by_when_they_last_heard_from_us(frozen_clock):
    a_shop()
    heard, never = a_person("Ann"), a_person("Bo")
    services.record_outcome(a_touch(heard, channel="card"), "done", "", the_owner())
    today = frozen_clock.now.date().isoformat()
    assert list(Person.objects.filter(last_heard("since", today))) == [heard]
    assert list(Person.objects.filter(last_heard("until", "2026-01-01"))) == [never]
    assert not Person.objects.filter(last_heard("since", "nonsense")).exists()


def test_what_was_sent_stands_on_the_timeline_once():
    a_shop()
    touch = a_touch(a_person(), channel="call")
    services.record_outcome(touch, "spoke", "She is well.", the_owner())
    assert (
        TimelineEntry.objects.get(room="outreach", kind="sent", object_id=touch.pk).text
        == "Called: spoke. She is well."
    )
