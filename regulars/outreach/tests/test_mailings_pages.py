"""The pages of mailings, from the form to what came of it."""

from __future__ import annotations

import pytest

from regulars.outreach import services
from regulars.outreach.models import Mailing, Recipient, State, Touch, Wording
from regulars.outreach.services.suppressing import suppress
from regulars.outreach.tests.builders import BERLIN, a_person, a_shop, a_touch, many_people, the_owner
from regulars.people import services as people
from regulars.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, frozen_clock):
    a_shop()
    user = the_owner()
    client.force_login(user)
    return user


FORM = {"token": "t1", "name": "Summer hours", "wording": "thank-you", "to": "book", "when": "now", "spread_days": "5"}


def test_from_the_form_to_the_yes(client, owner):
    assert "Nothing has been sent to many yet" in client.get("/mailings/").text
    many_people(30)
    a_person("Bea Bell", "bea@example.org")
    suppress("bea@example.org", "left", source="test")
    assert client.get("/mailings/new/").status_code == 200
    page = client.post("/mailings/new/", FORM, follow=True)
    assert "30 people get it" in page.text
    assert "asked not to be written to" in page.text
    assert "What they will read" in page.text
    assert not Touch.objects.exists()
    mailing = Mailing.objects.get()
    assert "Bea Bell" in client.get(f"/mailings/{mailing.pk}/left-out/").text
    page = client.post(f"/mailings/{mailing.pk}/samples/", follow=True)
    assert "20 go first" in page.text
    assert "Let the others go" in page.text
    page = client.post(f"/mailings/{mailing.pk}/starts/", follow=True)
    assert "It is on its way" in page.text
    assert Touch.objects.filter(state=State.APPROVED).count() == 30
    address = f"/outbox/programmes/mailing:{mailing.pk}/cancel/"
    assert address in page.text
    assert "30 are stopped." in client.get(address).text
    page = client.post(address, follow=True)
    assert "Stopped" in page.text
    assert Touch.objects.filter(state=State.CANCELLED).count() == 30


def test_the_form_sent_twice_makes_one_mailing(client, owner):
    a_person()
    client.post("/mailings/new/", FORM)
    client.post("/mailings/new/", FORM)
    assert Mailing.objects.count() == 1


def test_only_some_of_them_by_tag(client, owner):
    people.record_people([people.NewPerson(full_name="Ann", emails=("a@example.org",), tags=("silver",))], source="t")
    a_person("Bea")
    assert "silver" in client.get("/mailings/new/").text
    page = client.post("/mailings/new/", {**FORM, "f_tag": "silver"}, follow=True)
    assert "1 person gets it" in page.text
    assert "silver" in page.text
    changed = client.get(f"/mailings/{Mailing.objects.get().pk}/words/").text
    assert '<option value="silver" selected>' in changed


def test_a_pasted_list_names_the_lines_nobody_was_found_for(client, owner):
    a_person("Ann Archer", "ann@example.org")
    sent = {**FORM, "to": "pasted", "pasted": "ann@example.org\nNobody Here\n<script>alert(1)</script>"}
    page = client.post("/mailings/new/", sent, follow=True)
    assert "1 person gets it" in page.text
    assert "Nobody in the book for 2 lines: Nobody Here" in page.text
    assert "<script>alert" not in page.text
    page = client.post("/mailings/new/", {**sent, "token": "t2", "pasted": "Nobody Here"})
    assert page.status_code == 422
    assert "Nobody in the book was found" in page.text


def test_what_was_forgotten_is_said_beside_its_field(client, owner):
    page = client.post("/mailings/new/", {**FORM, "when": "at"})
    assert page.status_code == 422
    assert "Say the day and the hour" in page.text
    page = client.post("/mailings/new/", {**FORM, "when": "at", "on": "2020-01-01"})
    assert "has passed already" in page.text
    assert not Mailing.objects.exists()


def test_a_comparison_of_too_few_says_how_many_it_would_take(client, owner):
    many_people(5)
    page = client.post("/mailings/new/", {**FORM, "other_wording": "we-miss-you"}, follow=True)
    assert "With 5 people no difference between two wordings could be told from chance" in page.text


def test_what_came_of_it_claims_no_cause(client, owner):
    many_people(3)
    client.post("/mailings/new/", FORM)
    mailing = Mailing.objects.get()
    client.post(f"/mailings/{mailing.pk}/starts/")
    Touch.objects.update(state=State.SENT, sent_at=Mailing.objects.get().began_at)
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "Whether somebody came because of it, nobody can say from these figures" in page
    assert "The days are not over yet" in page


def test_looking_changes_nothing_and_costs_a_bounded_number_of_queries(client, owner, django_assert_max_num_queries):
    many_people(60)
    client.post("/mailings/new/", FORM)
    mailing = Mailing.objects.get()
    client.get(f"/mailings/{mailing.pk}/")
    with django_assert_max_num_queries(45):
        client.get(f"/mailings/{mailing.pk}/")
    before = Mailing.objects.values().get()
    for address in ("samples", "starts", "looks", "calls"):
        assert client.get(f"/mailings/{mailing.pk}/{address}/").status_code == 405
    assert Mailing.objects.values().get() == before


def test_who_only_looks_may_not_send(client, owner):
    many_people(2)
    client.post("/mailings/new/", FORM)
    mailing = Mailing.objects.get()
    from regulars.staff.services import add_staff

    client.force_login(add_staff(email="s@example.org", display_name="Sam", role="staff"))
    assert client.get(f"/mailings/{mailing.pk}/").status_code == 200
    assert client.post(f"/mailings/{mailing.pk}/starts/").status_code == 403
    assert client.get("/mailings/new/").status_code == 403


def test_before_the_yes_the_page_says_how_the_words_come_out(client, owner):
    a_person("Ann Archer")
    a_person("", "nameless@example.org")
    body = "Dear {{ first_name | default: 'friend' }},\n\nopen."
    services.save_wording("hours", subject="Hours", body=body, name="Hours", by=None)
    page = client.post("/mailings/new/", {**FORM, "wording": "hours"}, follow=True).text
    assert "How the words come out" in page
    assert "the fallback reads: “Dear friend,”" in page


def test_the_second_and_the_compared_words_are_tried_on_those_who_get_them(client, owner):
    for number in range(6):
        a_person("" if number % 2 else f"Guest {number}", f"guest{number}@example.org")
    for key, friend in (("hours", "friend"), ("other", "neighbour")):
        body = f"Dear {{{{ first_name | default: '{friend}' }}}},\n\nopen."
        services.save_wording(key, subject="Hours", body=body, name=key.title(), by=None)
    services.save_wording(
        "card", subject="Hours", body="Hello {{ first_name | default: 'you' }},\n\nopen.", name="Card", by=None
    )
    Wording.objects.filter(key="card").update(channel="card")
    new = people.NewPerson(full_name="", phones=("+49 30 1234567",))
    at_home = Person.objects.get(pk=people.record_people([new], source="test").ids[0])
    people.change_person(at_home, changes={"places": [BERLIN]}, by=None)
    page = client.post(
        "/mailings/new/",
        {**FORM, "wording": "hours", "other_wording": "other", "second_wording": "card"},
        follow=True,
    ).text
    for name in ("Hours", "Other", "Card"):
        assert f"“{name}”" in page, name
    arms = dict(Recipient.objects.filter(way="first", person__full_name="").values_list("person_id", "arm"))
    assert ("the fallback reads: “Dear friend,”" in page) is ("a" in arms.values())
    assert ("the fallback reads: “Dear neighbour,”" in page) is ("b" in arms.values())
    assert "the fallback reads: “Hello you,”" in page


def test_a_mailing_is_on_its_way_until_the_last_of_it_has_gone(client, owner):
    a_person("Ann Archer", "ann@example.org")
    a_person("Cy Cole", emails=(), addresses=(BERLIN,))
    client.post("/mailings/new/", {**FORM, "card_words": "{{ greeting }},\n\nopen longer.\n\nMaya"})
    mailing = Mailing.objects.get()
    client.post(f"/mailings/{mailing.pk}/starts/")
    Touch.objects.filter(channel="email").update(state=State.SENT)
    for address in ("/mailings/", f"/mailings/{mailing.pk}/"):
        assert "On its way" in client.get(address).text, "the card waits for the printer"
    Touch.objects.update(state=State.SENT)
    for address in ("/mailings/", f"/mailings/{mailing.pk}/"):
        assert "Has gone out" in client.get(address).text


def test_a_text_in_the_outbox_is_named_by_its_first_words(client, owner):
    person = a_person("Mo Weber", emails=(), phones=("+4915122222222",))
    touch = a_touch(person, channel="text", subject="", body="Dear Mo,\nthe ring is ready. " + "It shines. " * 20)
    Touch.objects.update(state=State.SENT)
    assert "Text message: Dear Mo, the ring is ready." in client.get("/outbox/?tab=sent").text
    page = client.get(f"/outbox/{touch.pk}/").text
    assert "Text message: Dear Mo, the ring is ready." in page


def test_the_page_of_a_letter_says_what_it_was_for_as_the_owner_calls_it(client, owner):
    a_person("Ann Archer", "ann@example.org")
    client.post("/mailings/new/", FORM)
    mailing = Mailing.objects.get()
    client.post(f"/mailings/{mailing.pk}/starts/")
    page = client.get(f"/outbox/{Touch.objects.get().pk}/").text
    assert f'<a href="/outbox/programmes/mailing:{mailing.pk}/">Summer hours</a>' in page
    assert "· once" not in page
