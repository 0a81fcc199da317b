"""Calls, texts from one's own phone and words by hand: nothing counts before somebody says so, nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from regulars.kit import clock
from regulars.kit import services as kit
from regulars.kit.errors import Refusal
from regulars.outreach.models import Outcome, State, Touch
from regulars.outreach.queries.hands import due_count, hands_page
from regulars.outreach.services import hands
from regulars.outreach.tests.builders import a_person, a_shop, states, the_owner
from regulars.people import services as people
from regulars.people.models import Phone, Reminder, Silence, TimelineEntry

pytestmark = pytest.mark.django_db
MOBILE = "+49 151 23456789"


@pytest.fixture
def owner(client):
    a_shop()
    user = the_owner()
    client.force_login(user)
    return user


def by_hand(person, channel="call", body="Your ring is ready.", key="k1", **more):
    return hands.plan_by_hand(
        hands.ByHand(person.pk, channel, body, key, more.pop("due_on", clock.today()), **more), None
    )


def a_reachable(name="Mo Weber", number=MOBILE):
    return a_person(name, phones=(number,))


def test_the_same_key_plans_one_call_however_often_it_is_sent(owner):
    person = a_reachable()
    assert by_hand(person).pk == by_hand(person).pk
    assert Touch.objects.count() == 1


def test_a_text_from_the_own_phone_is_sent_when_the_owner_says_so_and_not_before(client, owner):
    touch = by_hand(a_reachable(), "text", "Ready & waiting: 5 € off?")
    page = client.get(reverse("outreach:hand", args=[touch.pk])).text
    assert "sms:+4915123456789?&amp;body=Ready%20%26%20waiting%3A%205%20%E2%82%AC%20off%3F" in page
    assert "https://wa.me/4915123456789?text=Ready%20%26" in page
    assert "<svg" in page
    assert states([touch]) == [State.PLANNED]
    client.post(reverse("outreach:hand-outcome", args=[touch.pk]), {"outcome": "done"})
    touch.refresh_from_db()
    assert (touch.state, touch.outcome) == (State.SENT, Outcome.DONE)
    assert touch.sent_at is not None


def test_a_text_put_off_counts_as_nothing(client, owner):
    touch = by_hand(a_reachable(), "text")
    client.post(reverse("outreach:hand-later", args=[touch.pk]), {"until": clock.today() + timedelta(days=1)})
    touch.refresh_from_db()
    assert (touch.state, touch.sent_at) == (State.PLANNED, None)
    assert due_count() == 0


def test_nobody_who_said_no_to_texts_gets_a_button_for_one(client, owner):
    person = a_reachable()
    by_hand(person, "text")
    people.withdraw_consent([person.pk], "text", "care", source="counter")
    page = client.get("/calls/", {"tab": "texts"}).text
    assert "Asked not to get this." in page
    assert "sms:" not in page


def test_an_unanswered_call_plans_the_next_one_three_times_and_ends_with_its_reason(owner):
    touch = by_hand(a_reachable())
    first = hands.take_outcome(touch, "no_answer", by=owner)
    assert first.again is not None
    assert (first.again.step, clock.local(first.again.due_at).date()) == ("1/2", clock.today() + timedelta(days=1))
    second = hands.take_outcome(first.again, "left_message", by=owner)
    assert second.again is not None
    third = hands.take_outcome(second.again, "no_answer", by=owner)
    assert third.again is None
    assert third.touch.why == "Rung 3 times without reaching them."
    assert hands_page("calls", 1).rows == []


def test_how_often_is_tried_is_the_owners_to_say(owner):
    kit.change_business(call_attempts=1)
    taken = hands.take_outcome(by_hand(a_reachable()), "no_answer", by=owner)
    assert (taken.again, taken.touch.why) == (None, "Rung 1 time without reaching them.")


def test_a_call_they_asked_for_is_on_that_day_and_is_no_failed_attempt(owner):
    day = clock.today() + timedelta(days=9)
    with pytest.raises(Refusal, match="On which day"):
        hands.take_outcome(by_hand(a_reachable()), "call_again", by=owner)
    taken = hands.take_outcome(Touch.objects.get(), "call_again", by=owner, again_on=day)
    assert taken.again is not None
    assert clock.local(taken.again.due_at).date() == day
    assert hands.times_missed(taken.again) == 0


def test_a_second_click_makes_no_second_call(client, owner):
    touch = by_hand(a_reachable())
    address = reverse("outreach:hand-outcome", args=[touch.pk])
    assert client.post(address, {"outcome": "no_answer"}).status_code == 303
    again = client.post(address, {"outcome": "no_answer"}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert Touch.objects.count() == 2


def test_a_wrong_number_is_not_rung_again(owner):
    person = a_person("Mo Weber", phones=(MOBILE, "+49 30 901820"))
    hands.take_outcome(by_hand(person), "wrong_number", by=owner, number="+49 30 901820")
    assert list(Phone.objects.filter(is_bad=True).values_list("as_typed", flat=True)) == ["+49 30 901820"]


def test_not_now_leaves_them_in_peace_for_a_while(owner):
    person = a_reachable()
    hands.take_outcome(by_hand(person), "not_now", by=owner)
    quiet = Silence.objects.get(person=person)
    assert (quiet.kind, quiet.until) == (Silence.Kind.NOT_NOW, clock.today() + timedelta(days=hands.QUIET_DAYS))


def test_the_next_step_becomes_a_reminder(owner):
    person = a_reachable()
    hands.take_outcome(by_hand(person), "spoke", "Wants gold.", owner, next_step="Send the drawing")
    assert Reminder.objects.get(person=person).what == "Send the drawing"


def test_the_call_sheet_says_what_to_know_before_dialling(client, owner):
    person = a_reachable()
    people.remind(person, "The catalogue", clock.today() + timedelta(days=3), "promise")
    touch = by_hand(person, body="")
    page = client.get(reverse("outreach:hand", args=[touch.pk])).text
    assert "tel:+4915123456789" in page
    assert "The catalogue" in page
    assert "this is Maya from Maya&#x27;s Boutique" in page
    assert client.get(reverse("outreach:before-a-call", args=[person.pk])).status_code == 200


def test_words_by_hand_stand_with_the_address_of_the_envelope_and_their_day(client, owner):
    person = a_reachable()
    touch = by_hand(person, "by_hand", "Happy birthday.")
    assert "Post it by" in client.get("/calls/", {"tab": "hand"}).text
    assert "no postal address" in client.get(reverse("outreach:hand", args=[touch.pk])).text


def test_a_profile_elsewhere_is_a_link_and_nothing_but_a_link(client, owner):
    person = a_reachable()
    with pytest.raises(Refusal, match="https://"):
        by_hand(person, "social", where="javascript:alert(1)")
    touch = by_hand(person, "social", where="https://social.example/mo")
    assert 'href="https://social.example/mo"' in client.get(reverse("outreach:hand", args=[touch.pk])).text


@pytest.mark.parametrize(("channel", "tab"), [("notice", "elsewhere"), ("social", "elsewhere"), ("by_hand", "hand")])
def test_what_goes_by_hand_is_seen_from_its_words_to_its_outcome_and_counts_once(client, owner, channel, tab):
    person = a_reachable()
    touch = by_hand(person, channel, "Your ring is ready, Mo.")
    assert "Mo Weber" in client.get("/calls/", {"tab": tab}).text
    assert "Your ring is ready, Mo." in client.get(reverse("outreach:hand", args=[touch.pk])).text
    assert states([touch]) == [State.PLANNED], "looking is not doing"
    for _click in range(2):
        client.post(reverse("outreach:hand-outcome", args=[touch.pk]), {"outcome": "done", "note": "Pinned on top"})
    touch.refresh_from_db()
    assert (touch.state, touch.outcome, touch.note) == (State.SENT, Outcome.DONE, "Pinned on top")
    assert touch.changes.filter(to_state=State.SENT).count() == 1
    assert TimelineEntry.objects.filter(person=person, room="outreach", kind="sent").count() == 1
    assert due_count() == 0
    assert "Your ring is ready" not in client.get("/calls/", {"tab": tab}).text


def test_somebody_is_written_to_from_their_page(client, owner):
    person = a_reachable()
    form = client.get("/calls/new/", {"to": person.pk, "by": "text"}).context["form"]
    sent = {"to": person.pk, "channel": "text", "body": "Hello", "purpose": "care", "due_on": clock.today(),
            "key": form["key"].value()}  # fmt: skip
    first = client.post("/calls/new/", sent)
    second = client.post("/calls/new/", sent)
    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    assert client.post("/calls/new/", sent | {"body": ""}).status_code == 422
    assert client.get("/calls/new/", {"to": "x"}).status_code == 404


def test_a_full_list_costs_no_more_queries_than_a_short_one(client, owner, django_assert_max_num_queries):
    for number in range(1, 19):
        by_hand(a_reachable(f"Person {number}", f"+49 151 234567{number:02d}"), key=f"k{number}")
    client.get("/calls/")
    with django_assert_max_num_queries(35):
        page = client.get("/calls/", {"tab": "calls"})
    assert page.text.count("tel:") == 18


def test_the_list_is_read_from_its_own_index(owner):
    if connection.vendor != "sqlite":
        pytest.skip("how SQLite plans")
    from regulars.outreach.queries.hands import waiting_for_hands

    assert "outreach_hands" in waiting_for_hands().explain()
