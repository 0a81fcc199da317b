"""One mailing, two ways: a letter to those who have an address, a text message to the others."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.models import Mailing, Recipient, State, Touch, Wording, WordingVersion
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.tests.builders import a_person, a_shop, the_owner
from regulars.people import services as people
from regulars.people.models import Phone
from regulars.people.queries.matching import Asked

pytestmark = pytest.mark.django_db
MOBILE = "+4915123456789"
TEXT = "Dear {{ first_name }}, from Monday on we are open until eight. STOP ends these texts."
FORM = {"token": "t1", "name": "Hours", "wording": "hours", "to": "book", "when": "now", "spread_days": "5"}


@pytest.fixture
def shop(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("regulars.kit.database.full_sync", nullcontext)
    settings.OUTBOX_DIR = str(tmp_path)
    a_shop(country="DE", send_delay_minutes=0)
    save_wording("hours", name="Hours", subject="We are open longer", body="{{ greeting }},\n\nuntil eight.", by=None)


def somebody_texted(name: str = "Mo Weber", number: str = MOBILE):
    person = people.record_people([people.NewPerson(full_name=name, phones=(number,))], source="t").ids[0]
    people.record_consent([person], "text", "care", source="test")
    return person


def a_mailing(text: str = TEXT, **fields) -> Mailing:
    new = mailings.NewMailing(f"t{Mailing.objects.count()}", "Hours", "hours", Asked(is_list=True), text_words=text)
    mailing = mailings.make_mailing(new, None)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    return mailing


def test_who_has_an_address_gets_the_letter_and_who_has_a_telephone_the_text(shop):
    accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100, prices="DE 0.08"), None)
    ann, mo = a_person("Ann Archer", "ann@example.org", phones=("+4915199999999",)).pk, somebody_texted()
    people.record_consent([ann], "text", "care", source="test")
    mailing = a_mailing(TEXT + " " + 100 * "x")
    assert mailing.found["channels"] == {"email": 1, "text": 1}
    assert (mailing.found["parts"], Decimal(mailing.found["cost"])) == (2, Decimal("0.16"))
    mailings.begin_mailing(mailing, None)
    assert dict(Touch.objects.values_list("person_id", "channel")) == {ann: "email", mo: "text"}
    text = Touch.objects.get(channel="text")
    assert text.body.startswith("Dear Mo, from Monday on")
    send_texts()
    text.refresh_from_db()
    assert (text.state, text.cost_amount) == (State.SENT, Decimal("0.16"))


def test_who_likes_texts_better_gets_the_text_though_there_is_an_address(shop):
    ann, bea, cy = (
        a_person(name, f"{name}@example.org".lower(), phones=(f"+491512345670{n}",), reach_by="text")
        for n, name in enumerate(("Ann", "Bea", "Cy"))
    )
    Phone.objects.filter(person=bea).delete()
    people.change_person(cy, changes={"reach_by": "email"}, by=None)
    mailing = a_mailing()
    ways = dict(Recipient.objects.filter(mailing=mailing).values_list("person_id", "way"))
    assert ways == {ann.pk: "second", bea.pk: "first", cy.pk: "first"}, "Bea has no telephone"
    assert mailing.found["channels"] == {"email": 2, "text": 1}
    mailings.begin_mailing(mailing, None)
    assert dict(Touch.objects.values_list("person_id", "channel")) == {ann.pk: "text", bea.pk: "email", cy.pk: "email"}


def test_whoever_answered_stop_gets_no_text_of_a_mailing(shop):
    account = accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100), None)
    mo = somebody_texted()
    receive_text(account, Incoming("1", MOBILE, "STOP"))
    mailing = a_mailing()
    assert Recipient.objects.get(mailing=mailing, person=mo).way == "out"
    assert mailing.found["channels"] in ({}, {"email": 0, "text": 0})


def test_a_stop_between_the_look_and_the_sending_counts(shop):
    account = accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100), None)
    somebody_texted()
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    receive_text(account, Incoming("1", MOBILE, "stop"))
    send_texts()
    assert Touch.objects.get(programme=mailing.programme).state == State.SUPPRESSED


def test_the_same_text_again_is_the_same_version_and_another_is_the_next(shop):
    first, again, other = a_mailing(), a_mailing(), a_mailing("We are open until eight. STOP ends these texts.")
    assert first.second_wording == again.second_wording == other.second_wording == "hours-as-text"
    assert WordingVersion.objects.filter(wording__key="hours-as-text").count() == 2
    assert Wording.objects.get(key="hours-as-text").channel == "text"


def test_an_offer_by_text_says_how_to_end_them(shop):
    save_wording("hours", name="Hours", subject="Less", body="Come.", by=None, has_offer=True)
    with pytest.raises(Refusal, match="STOP ends these texts"):
        a_mailing("Ten percent less today.")
    assert not Mailing.objects.exists()
    assert a_mailing().second_wording == "hours-as-text"


def test_two_answers_for_the_same_people_are_one_too_many(shop):
    new = mailings.NewMailing("t", "Hours", "hours", Asked(is_list=True), second_wording="thank-you", text_words=TEXT)
    with pytest.raises(Refusal, match="Choose one"):
        mailings.make_mailing(new, None)


def test_a_field_nobody_has_is_refused_beside_the_text(shop):
    with pytest.raises(Refusal, match="Did you mean") as refused:
        a_mailing("Dear {{ frist_name }}, we are open until eight.")
    assert refused.value.field == "text_words"


def test_by_the_pages_the_owner_writes_it_sees_its_parts_and_finds_it_again(client, shop):
    client.force_login(the_owner())
    a_person("Ann Archer", "ann@example.org")
    somebody_texted()
    assert "0 text messages" in client.get("/mailings/new/").text
    page = client.post("/mailings/new/", {**FORM, "text_words": TEXT}, follow=True).text
    assert "2 people get it" in page
    assert "Those who get it another way" in page
    assert "Dear Mo, from Monday on" in page
    assert "The texts together are 1 message to a provider." in page
    assert "with a tap from your own telephone" in page
    mailing = Mailing.objects.get()
    form = client.get(f"/mailings/{mailing.pk}/words/").text
    assert "from Monday on we are open until eight" in form
    assert '<option value="hours-as-text" selected>' not in form
    shorter = {**FORM, "text_words": "Open until eight, {{ first_name }}."}
    assert "Open until eight, Mo." in client.post(f"/mailings/{mailing.pk}/words/", shorter, follow=True).text
    page = client.post(f"/mailings/{mailing.pk}/words/", FORM, follow=True).text
    assert "1 person gets it" in page
    assert "as-text" not in client.get("/words/").text


def test_words_that_are_refused_come_back_into_the_form(client, shop):
    client.force_login(the_owner())
    sent = {**FORM, "text_words": "Dear {{ frist_name }}, open until eight."}
    page = client.post("/mailings/new/", sent)
    assert page.status_code == 422
    assert "Did you mean" in page.text
    assert "open until eight." in page.text
    assert not Mailing.objects.exists()
