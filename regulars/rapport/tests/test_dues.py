from datetime import timedelta

import pytest

from regulars.kit.errors import Refusal
from regulars.people.models import TimelineEntry
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import Owed
from regulars.rapport.tests.builders import ON, a_shop, owed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


def test_both_directions_stand_side_by_side_soonest_first_and_undated_last():
    otto = a_person("Otto")
    later, undated = owed(otto, "we", "Money back", ON + timedelta(days=5)), owed(otto, "we", "A sample")
    soon, theirs = owed(otto, "we", "A callback", ON), owed(otto, "they", "An answer")
    found = queries.between(otto)
    assert found.we_owe == [soon, later, undated]
    assert found.they_owe == [theirs]
    assert not found.is_empty


def test_what_was_asked_is_compared_with_what_was_kept():
    ruth = a_person("Ruth")
    for outcome in ("kept", "kept", "partly", "not_kept"):
        services.settle(owed(ruth, "asked", "A call before delivery"), outcome)
    owed(ruth, "asked", "No perfume near her")
    found = queries.between(ruth)
    assert (found.asked_times, found.kept, found.partly, found.not_kept) == (5, 2, 1, 1)
    assert len(found.asked) == 1


def test_it_is_settled_once_and_can_be_opened_again():
    one = owed(a_person(), "we")
    assert services.settle(one) is True
    assert services.settle(one, "not_kept") is False
    assert Owed.objects.get().outcome == "kept"
    assert [entry.text for entry in TimelineEntry.objects.all()] == ["We kept our word: A callback"]
    services.reopen(one)
    assert Owed.objects.get().outcome == ""
    assert not TimelineEntry.objects.exists()


def test_only_what_is_open_and_dated_is_due():
    ruth = a_person()
    due = owed(ruth, "they", "A payment", ON)
    owed(ruth, "we", "A sample")
    owed(ruth, "we", "Later", ON + timedelta(days=1))
    services.settle(owed(ruth, "we", "Done", ON))
    assert list(queries.owed_due(ON - timedelta(days=90), ON)) == [due]


@pytest.mark.parametrize(("side", "what"), [("nobody", "A callback"), ("we", "  ")])
def test_nothing_owed_and_nobody_owing_is_refused(side, what):
    with pytest.raises(Refusal):
        owed(a_person(), side, what)
    assert not Owed.objects.exists()


def test_an_outcome_nobody_knows_is_refused():
    one = owed(a_person(), "we")
    with pytest.raises(Refusal):
        services.settle(one, "perhaps")
    assert Owed.objects.get().outcome == ""
