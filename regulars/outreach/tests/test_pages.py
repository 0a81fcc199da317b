"""The pages: what they show, what their buttons do, and that opening one changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit import clock
from regulars.outreach import queries, services
from regulars.outreach.channels.email.wayout import tokens_of
from regulars.outreach.models import SendingAccount, State, Suppression, Touch, Wording
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, an_approved_touch, states, the_owner
from regulars.people.models import Consent
from regulars.people.queries import consent_state
from regulars.staff.services import add_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    a_shop(send_delay_minutes=10)
    user = the_owner()
    client.force_login(user)
    return user


def test_the_outbox_shows_the_countdown_and_stops_one(client, owner):
    touch = an_approved_touch(a_person("Anneke Noordman"), subject="Thank you for the scarf")
    page = client.get("/outbox/").content.decode()
    assert "Anneke Noordman" in page
    assert "Goes in 10 minutes" in page
    reply = client.post(reverse("outreach:stop", args=[touch.pk]))
    assert reply.status_code == 303
    assert states([touch]) == [State.CANCELLED]


def test_a_letter_need_not_wait_for_the_delay_and_what_waits_for_another_reason_has_no_such_button(client, owner):
    touch = an_approved_touch(a_person("Anneke Noordman"))
    assert reverse("outreach:hurry", args=[touch.pk]) in client.get("/outbox/").text
    for _again in range(2):
        assert client.post(reverse("outreach:hurry", args=[touch.pk])).status_code == 303
    touch.refresh_from_db()
    assert (touch.state, touch.due_at <= clock.now()) == (State.APPROVED, True)
    later = an_approved_touch(a_person(), due_at=clock.now() + timedelta(days=2))
    page = client.get("/outbox/").text
    assert not any(reverse("outreach:hurry", args=[one.pk]) in page for one in (touch, later))
    refused = client.post(reverse("outreach:hurry", args=[later.pk]), follow=True)
    assert "does not wait for your delay" in refused.text
    later.refresh_from_db()
    assert later.due_at > clock.now() + timedelta(days=1)


@pytest.mark.parametrize("tab", ["waiting", "held", "unknown", "sent", "failed", "stopped", "nonsense"])
def test_every_tab_opens_empty_and_full(client, owner, tab, django_assert_max_num_queries):
    assert client.get("/outbox/", {"tab": tab}).status_code == 200
    for state in (State.APPROVED, State.HELD, State.UNKNOWN, State.SENT, State.FAILED, State.CANCELLED):
        touch = a_touch(a_person(f"P {state}"))
        Touch.objects.filter(pk=touch.pk).update(state=state)
    with django_assert_max_num_queries(20):
        assert client.get("/outbox/", {"tab": tab, "page": "x"}).status_code == 200


def test_an_unknown_letter_is_settled_by_a_button(client, owner):
    touch = an_approved_touch(a_person())
    Touch.objects.filter(pk=touch.pk).update(state=State.UNKNOWN, evidence={"stage": "handed over"})
    page = client.get("/outbox/", {"tab": "unknown"}).content.decode()
    assert "may well have arrived" in page
    client.post(reverse("outreach:decide", args=[touch.pk]), {"decision": "leave"})
    assert states([touch]) == [State.CANCELLED]
    refused = client.post(reverse("outreach:decide", args=[touch.pk]), {"decision": "send_again"}, follow=True)
    assert "settled already" in refused.content.decode()


def test_the_words_under_a_letter_are_changed_and_refused(client, owner):
    touch = an_approved_touch(a_person())
    address = reverse("outreach:edit", args=[touch.pk])
    assert client.get(address).status_code == 200
    refused = client.post(address, {"subject": "Hi", "body": "Dear {{ x }}"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert client.post(address, {"subject": "Hi", "body": "My own words."}).status_code == 303
    touch.refresh_from_db()
    assert (touch.body, touch.is_edited, touch.state) == ("My own words.", True, State.APPROVED)
    assert "My own words." in client.get(reverse("outreach:touch", args=[touch.pk])).content.decode()


def test_words_are_previewed_as_a_person_gets_them_and_kept(client, owner):
    person = a_person("Ruth Osei")
    assert "Thank you after a purchase" in client.get("/words/").content.decode()
    words = {
        "name": "Thanks",
        "subject": "Thanks, {{ first_name }}",
        "body": "{{ greeting }},\n\nhello.",
        "purpose": "care",
    }
    shown = client.post(
        "/words/previews/", {**words, "person": person.pk}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Thanks, Ruth" in shown
    assert "Dear Ruth," in shown
    assert not Wording.objects.exists()
    without_script = client.post("/words/thank-you/", {**words, "preview": "yes", "person": person.pk}).content.decode()
    assert "Dear Ruth," in without_script
    assert not Wording.objects.exists()
    assert client.post("/words/thank-you/", words).status_code == 302
    assert queries.latest("thank-you").subject == "Thanks, {{ first_name }}"
    assert client.post("/words/thank-you/", {**words, "body": "{{ nobody }}"}).status_code == 422
    assert client.post("/words/new/", words).status_code == 302
    assert Wording.objects.filter(key="thanks").exists()


def test_an_offer_is_noticed_while_typing(client, owner):
    a_person()
    words = {"subject": "Hello", "body": "10 % off until Friday"}
    assert (
        "reads like an offer" in client.post("/words/previews/", words, headers={"HX-Request": "true"}).content.decode()
    )


def test_a_script_in_the_words_stays_text(client, owner):
    touch = an_approved_touch(a_person("<script>x</script>"), body="<script>alert(1)</script>")
    page = client.get(reverse("outreach:touch", args=[touch.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_opening_the_way_out_changes_nothing_and_posting_leaves(client, owner):
    person = a_person("Di", "di@example.org")
    client.logout()
    address = reverse("outreach:leave", args=[tokens_of([person.pk])[person.pk]])
    for _scanner in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert not Suppression.objects.exists()
    reply = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200
    assert reverse("outreach:preferences", args=[tokens_of([person.pk])[person.pk]]) in reply.text
    assert Suppression.objects.get().scope == "everything"
    assert consent_state([person.pk], "email", "care")[person.pk].is_objected


def test_one_click_twice_is_one_no_and_a_later_one_counts_again(client, owner):
    person = a_person("Di", "di@example.org")
    address = reverse("outreach:leave", args=[tokens_of([person.pk])[person.pk]])
    for _press in range(2):
        client.post(address, {"List-Unsubscribe": "One-Click"})
    refusals = Consent.objects.filter(person=person, purpose="care", is_given=False)
    assert refusals.count() == 1
    client.post(f"{address}preferences/", {"care": "on"})
    assert not consent_state([person.pk], "email", "care")[person.pk].is_objected
    client.post(address, {"List-Unsubscribe": "One-Click"})
    assert refusals.count() == 2
    assert consent_state([person.pk], "email", "care")[person.pk].is_objected


def test_a_link_nobody_was_given_is_not_found(client, owner):
    client.logout()
    assert client.get("/leave/0000000000000000000000000000000000000000/").status_code == 404
    assert client.post("/leave/x/").status_code == 404


def test_the_pages_of_a_letter_s_links_set_no_cookie_whatever_is_done_on_them(client, owner):
    """The link is the right to leave: no form there needs a token, and nobody is remembered."""
    stranger = Client()
    person = a_person()
    leave = reverse("outreach:leave", args=[tokens_of([person.pk])[person.pk]])
    replies = [
        stranger.get(leave),
        stranger.get(f"{leave}preferences/"),
        stranger.post(f"{leave}preferences/", {"care": "on"}),
        stranger.post(leave, {"scope": "marketing"}),
        stranger.post(leave, {"List-Unsubscribe": "One-Click"}),
        stranger.get("/leave/0000000000000000000000000000000000000000/"),
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 200, 200, 404]
    assert not stranger.cookies
    assert all("csrf" not in reply.text.lower() for reply in replies)


def test_preferences_are_kept_by_their_own_hand(client, owner):
    person = a_person("Eva", "eva@example.org")
    client.logout()
    address = reverse("outreach:preferences", args=[tokens_of([person.pk])[person.pk]])
    client.post(address, {"care": "on", "marketing": "on"})
    assert consent_state([person.pk], "email", "marketing")[person.pk].is_given
    client.post(address, {"care": "on"})
    assert consent_state([person.pk], "email", "marketing")[person.pk].is_objected
    client.post(address, {})
    assert Suppression.objects.filter(scope="everything", undone_at=None).exists()
    assert "Kept" in client.post(address, {"care": "on"}).content.decode()
    assert not Suppression.objects.filter(scope="everything", undone_at=None).exists()


def test_a_stop_that_came_by_answer_is_written_down(client, owner):
    person = a_person("Bo", "bo@example.org")
    waiting = an_approved_touch(person)
    assert client.get("/outbox/leavings/").status_code == 200
    assert client.post("/outbox/leavings/", {"address": "BO@example.org", "scope": "everything"}).status_code == 302
    assert states([waiting]) == [State.SUPPRESSED]
    assert client.post("/outbox/leavings/", {"address": "nonsense", "scope": "everything"}).status_code == 422


def test_a_mailbox_that_does_not_answer_says_what_to_do_and_is_not_kept(client, owner):
    typed = {
        "preset": "host",
        "from_address": "maya@boutique.example",
        "host": "127.0.0.1",
        "port": "1",
        "security": "none",
    }
    reply = client.post("/mailbox/", {**typed, "password": ""})
    assert reply.status_code == 422
    assert "Nothing answers at 127.0.0.1 on port 1" in reply.content.decode()
    assert not SendingAccount.objects.exists()


def test_the_password_of_a_mailbox_is_never_shown(client, owner):
    SendingAccount.objects.create(host="h", username="u", password="very-secret-7", from_address="a@b.example")
    assert "very-secret-7" not in client.get("/mailbox/").content.decode()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM outreach_sendingaccount")
        assert "very-secret" not in cursor.fetchone()[0]


def test_staff_may_look_but_not_approve_or_connect(client, owner):
    touch = an_approved_touch(a_person())
    client.force_login(add_staff(email="s@example.org", display_name="Sam", role="staff"))
    assert client.get("/outbox/").status_code == 200
    assert "Stop this one" not in client.get("/outbox/").content.decode()
    assert client.post(reverse("outreach:stop", args=[touch.pk])).status_code == 403
    assert client.get("/mailbox/").status_code == 403


def test_what_was_sent_stands_on_the_person_page(client, owner):
    person = a_person("Ann Archer")
    touch = a_touch(person, channel="call", subject="")
    services.record_outcome(touch, "spoke", "She is well.", owner)
    page = client.get(f"/people/{person.pk}/").content.decode()
    assert "What we sent" in page


def test_two_who_write_the_same_words_at_once_are_both_read(client, owner):
    form = client.get("/words/thank-you/").context["form"]
    opened = {name: value for name in form.fields if (value := form[name].value())}
    assert client.post("/words/thank-you/", opened | {"body": "{{ greeting }},\n\nmine."}).status_code == 302
    assert client.post("/words/thank-you/", opened | {"subject": "From the shop"}).status_code == 302
    assert (queries.latest("thank-you").subject, "mine." in queries.latest("thank-you").body) == ("From the shop", True)
    asked = client.post("/words/thank-you/", opened | {"body": "{{ greeting }},\n\nyours."})
    assert asked.status_code == 422
    assert "mine." in asked.text
    assert "yours." in asked.text
