"""The page *Who may we write to?*: the same rules as when a letter leaves, in sums."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.kit import clock
from regulars.outreach import services
from regulars.outreach.models import Channel, Purpose, ReachCount, State
from regulars.outreach.queries import may_receive, who
from regulars.outreach.queries.who import PURPOSES, WAYS, Reach, count_reach, reach
from regulars.outreach.showing_reach import how_taken
from regulars.outreach.tests.builders import a_person, a_shop, many_people, the_owner
from regulars.outreach.tests.test_inbound import a_report
from regulars.outreach.tests.test_receiving import GONE, a_sent_letter
from regulars.people.models import Person
from regulars.people.services import record_consent, withdraw_consent
from regulars.rapport import services as rapport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_shop(client: Any) -> None:
    a_shop()
    client.force_login(the_owner())


def a_small_book() -> None:
    """Ann agreed, Ben said no, Cy was never asked and has no e-mail address that works, Dee's letter came back."""
    ann = a_person("Ann Archer", "ann@example.org")
    ben = a_person("Ben Baker", "ben@example.org")
    record_consent([ann.pk], "email", "marketing", source="counter")
    withdraw_consent([ben.pk], "email", "marketing", source="counter")
    many_people(1)
    dee = a_person("Dee Dover", "dee@example.org")
    a_sent_letter(dee)
    services.receive(a_report(GONE, "5.1.1").replace(b"ann@example.org", b"dee@example.org"))


def test_the_sums_are_those_of_the_rules_that_let_a_letter_go():
    a_small_book()
    found = count_reach()
    ids = list(Person.objects.gradable().values_list("pk", flat=True))
    for purpose in PURPOSES:
        for way in WAYS:
            verdicts = may_receive(ids, way, purpose, clock.now())
            assert found["ways"][purpose][way].get("may", 0) == sum(one.ok for one in verdicts.values()), (purpose, way)
            assert sum(found["ways"][purpose][way].values()) == found["people"] == 4
    offers = found["ways"][Purpose.MARKETING][Channel.EMAIL]
    assert offers == {"may": 1, "said_no": 1, "never_agreed": 1, "no_way": 1}
    assert (found["letters"], found["bounces"], found["complaints"]) == (1, 1, 0)
    assert (found["months"][-1]["yes"], found["months"][-1]["no"], len(found["months"])) == (1, 1, 12)


def test_the_page_says_it_in_words_with_a_steady_number_of_queries(client, django_assert_max_num_queries):
    a_small_book()
    client.get("/reach/")  # what is read once and kept
    with django_assert_max_num_queries(23):
        text = client.get("/reach/").text
    assert "1 of 4" in text
    assert "never agreed to offers" in text
    assert "Too few to say: 1 letter in" in text
    many_people(300)
    with django_assert_max_num_queries(23):
        assert "1 of 304" in client.get("/reach/").text
    assert client.post("/reach/").status_code == 405


def test_a_large_book_is_counted_at_night_and_shown_with_its_day(client, monkeypatch):
    many_people(4)
    monkeypatch.setattr(who, "COUNTED_LIVE", 3)
    monkeypatch.setattr(who, "SLICE", 2)
    assert "Look again tomorrow" in client.get("/reach/").text
    somebody_asked_for_a_yes()
    services.count_reach_again()
    services.count_reach_again()
    assert ReachCount.objects.count() == 1
    many_people(1)
    found = reach()
    assert (found.people, found.waiting, found.counted_at is not None) == (5, {"email": 1}, True)
    page = client.get("/reach/").text
    assert "Counted in the night of" in page
    assert "1 person asked for offers by e-mail" in page


def somebody_asked_for_a_yes():
    rapport.switch_on(None)
    wording = rapport.consent_wording()
    assert wording is not None
    rapport.asked_yes.ask_for_yes(a_person("Eve Ellis"), "eve@example.org", wording, "enquiry form")


@pytest.mark.parametrize(
    ("letters", "bounces", "complaints", "tones"),
    [
        (299, 0, 0, [""]),
        (299, 2, 1, ["", "warm"]),
        (2000, 39, 1, ["good", "good"]),
        (2000, 40, 2, ["warm", "warm"]),
        (1000, 0, 3, ["alarm", "good"]),
    ],
)
def test_rates_are_held_against_what_mailbox_providers_tolerate(letters, bounces, complaints, tones):
    said = how_taken(Reach(people=9, letters=letters, bounces=bounces, complaints=complaints))
    assert [one.tone for one in said] == tones
    assert all("%(" not in one.words for one in said)


def test_letters_older_than_thirty_days_do_not_count():
    touch = a_sent_letter(ago=timedelta(days=31))
    assert touch.state == State.SENT
    assert count_reach()["letters"] == 0
