"""One mailing, two ways: a letter to those who have an address, a text message to the others."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.mailings_shown import shown_mailing
from regulars.outreach.models import Mailing, Recipient, State, Touch, Wording, WordingVersion
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.services.mailings import going as handed
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


def somebody_texted(name: str = "Mo Weber", number: str = MOBILE, **fields):
    person = people.record_people([people.NewPerson(full_name=name, phones=(number,), **fields)], source="t").ids[0]
    people.record_consent([person], "text", "care", source="test")
    return person


def a_mailing(text: str = TEXT, **fields) -> Mailing:
    own = mailings.OwnWords(text, fields.pop("others", {}))
    usual = {"token": f"t{Mailing.objects.count()}", "name": "Hours", "wording": "hours", "text": own}
    new = mailings.NewMailing(**{**usual, "audience": Asked(is_list=True), **fields})
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
    assert ways == {ann.pk: "text", bea.pk: "first", cy.pk: "first"}, "Bea has no telephone"
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


def test_two_mailings_with_the_same_letter_each_send_their_own_text(shop):
    accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100), None)
    somebody_texted()
    first = a_mailing()
    second = a_mailing("Dear {{ first_name }}, closed on Friday. STOP ends these texts.")
    assert first.text_wording != second.text_wording
    assert (first.wording, first.second_wording) == (second.wording, second.second_wording) == ("hours", "")
    mailings.begin_mailing(first, None)
    mailings.begin_mailing(second, None)
    send_texts()
    send_texts()
    went = dict(Touch.objects.filter(state=State.SENT).values_list("programme", "body"))
    assert went[first.programme].startswith("Dear Mo, from Monday on we are open until eight.")
    assert went[second.programme].startswith("Dear Mo, closed on Friday.")


def test_the_same_text_again_is_the_same_version_and_another_is_the_next(shop):
    mailing = a_mailing()
    new = mailings.NewMailing("t", "Hours", "hours", Asked(is_list=True), text=mailings.OwnWords(TEXT))
    mailings.change_mailing(mailing, new, None)
    assert WordingVersion.objects.filter(wording__mailing=mailing).count() == 1
    mailings.change_mailing(mailing, replace(new, text=mailings.OwnWords("Open until eight. STOP ends these.")), None)
    assert WordingVersion.objects.filter(wording__mailing=mailing).count() == 2
    assert Wording.objects.get(mailing=mailing).channel == "text"
    mailings.change_mailing(mailing, replace(new, text=mailings.OwnWords()), None)
    mailing.refresh_from_db()
    assert mailing.text_wording == ""


@pytest.mark.parametrize("is_sampled", [False, True])
def test_whatever_is_written_after_a_yes_what_goes_is_what_was_said_yes_to(shop, monkeypatch, is_sampled):
    """A yes to a few is a yes to these words; letter, text and languages go on as they were then."""
    a_person("Ann Archer", "ann@example.org", language="de")
    save_wording("hours", subject="Offen", body="Bis acht.", by=None, language="de")
    somebody_texted()
    mailing = a_mailing(others={"de": "Liebe {{ first_name }}, ab Montag bis acht. STOP"})
    monkeypatch.setattr(handed, "AT_ONCE", 0)
    if is_sampled:
        mailings.send_sample(Mailing.objects.get(), None)
        Touch.objects.all().delete()
    mailings.begin_mailing(mailing, None)
    with pytest.raises(Refusal, match="has begun"):
        mailings.change_mailing(mailing, mailings.NewMailing("t", "x", "hours", Asked(is_list=True)), None)
    (text,) = Wording.objects.filter(mailing=mailing).values_list("key", flat=True)
    for key, language, words in (
        ("hours", "", "Never."),
        ("hours", "de", "Nie."),
        (text, "", "Never."),
        (text, "es", "No."),
    ):
        save_wording(key, subject="No", body=words, by=None, language=language)
    mailings.carry_on_mailing.func(mailing.pk)
    bodies = dict(Touch.objects.values_list("channel", "body"))
    assert bodies["email"] == "Bis acht."
    assert bodies["text"].startswith("Dear Mo, from Monday on")


def test_words_as_they_came_go_on_as_they_were_too(shop, monkeypatch):
    a_person("Ann Archer", "ann@example.org")
    mailing = a_mailing("", wording="thank-you")
    monkeypatch.setattr(handed, "AT_ONCE", 0)
    mailings.begin_mailing(mailing, None)
    save_wording("thank-you", subject="No", body="Never.", by=None)
    mailings.carry_on_mailing.func(mailing.pk)
    assert "thank you for coming back to us" in Touch.objects.get().body


def test_an_offer_by_text_says_how_to_end_them(shop):
    save_wording("hours", name="Hours", subject="Less", body="Come.", by=None, has_offer=True)
    with pytest.raises(Refusal, match="STOP ends these texts"):
        a_mailing("Ten percent less today.")
    assert not Mailing.objects.exists()
    with pytest.raises(Refusal, match="STOP ends these texts") as refused:
        a_mailing(others={"de": "Zehn Prozent weniger heute."})
    assert refused.value.field == "text_words_de"
    assert a_mailing().text_wording


def test_two_answers_for_the_same_people_are_one_too_many(shop):
    save_wording("short", name="Short", subject="", body="Open.", by=None, channel="text")
    with pytest.raises(Refusal, match="Choose one"):
        a_mailing(second_wording="short")


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
    assert "Those who get a text message" in page
    assert "Dear Mo, from Monday on" in page
    assert "The texts together are 1 message to a provider." in page
    assert "with a tap from your own telephone" in page
    mailing = Mailing.objects.get()
    form = client.get(f"/mailings/{mailing.pk}/words/").text
    assert "from Monday on we are open until eight" in form
    assert mailing.text_wording not in form, "its own text is nobody's words to choose"
    shorter = {**FORM, "text_words": "Open until eight, {{ first_name }}."}
    assert "Open until eight, Mo." in client.post(f"/mailings/{mailing.pk}/words/", shorter, follow=True).text
    page = client.post(f"/mailings/{mailing.pk}/words/", FORM, follow=True).text
    assert "1 person gets it" in page


def test_words_that_are_refused_come_back_into_the_form(client, shop):
    client.force_login(the_owner())
    sent = {**FORM, "text_words": "Dear {{ frist_name }}, open until eight."}
    page = client.post("/mailings/new/", sent)
    assert page.status_code == 422
    assert "Did you mean" in page.text
    assert "open until eight." in page.text
    assert not Mailing.objects.exists()


def test_each_reads_the_text_in_their_language_and_its_parts_are_counted_in_each(shop):
    accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100, prices="DE 0.08"), None)
    mo = somebody_texted()
    ida = somebody_texted("Ida Roth", "+4915111111111", language="de-AT")
    lea = somebody_texted("Lea Petit", "+4915122222222", language="fr")
    mailing = a_mailing(
        "Open until eight, {{ first_name }}.", others={"de": "Bis acht, {{ first_name }}. " + 170 * "ä"}
    )
    assert mailing.found["texts"] == {"en": [2, 2, "0.16"], "de": [1, 2, "0.16"]}
    shown = shown_mailing(mailing, may_approve=False)
    assert [(row.language, row.people, row.parts) for row in shown.texts_by_language] == [
        ("English", 2, 2),
        ("German", 1, 2),
    ]
    (trial,) = shown.trials
    assert trial.found.sentences == ["1 person speaks French; there are no words in it, so theirs are in English."]
    mailings.begin_mailing(mailing, None)
    bodies = dict(Touch.objects.values_list("person_id", "body"))
    assert bodies[mo] == "Open until eight, Mo."
    assert bodies[ida].startswith("Bis acht, Ida.")
    assert bodies[lea] == "Open until eight, Lea."
    assert dict(Touch.objects.values_list("person_id", "language_wanted")) == {mo: "", ida: "", lea: "fr"}


def test_a_text_in_another_language_alone_is_refused_beside_it(shop):
    with pytest.raises(Refusal, match="your own language first") as refused:
        a_mailing("", others={"de": "Bis acht."})
    assert refused.value.field == "text_words"


def test_a_field_only_the_other_language_asks_for_leaves_out_by_name(shop):
    somebody_texted("Mo", language="de")
    mailing = a_mailing("Open until eight.", others={"de": "Bis acht, {{ last_name }}."})
    row = Recipient.objects.get(mailing=mailing)
    assert row.way == "out"
    assert "“last name”, which we do not know of them" in row.why


def test_by_the_pages_it_is_written_in_two_languages_and_looked_at_as_anybody(client, shop):
    client.force_login(the_owner())
    somebody_texted()
    somebody_texted("Ida Roth", "+4915111111111", language="de")
    a_person("Olga Out", emails=())
    sent = {**FORM, "text_words": "Open, {{ first_name }}.", "text_words_de": "Offen, {{ first_name }}."}
    client.post("/mailings/new/", sent)
    mailing = Mailing.objects.get()
    form = client.get(f"/mailings/{mailing.pk}/words/").text
    assert "Offen, {{ first_name }}." in form
    address = f"/mailings/{mailing.pk}/"
    ida_reads = client.get(address, {"as": "ida"}).text
    assert "Text message, in German" in ida_reads
    assert "Offen, Ida." in ida_reads
    assert "Olga Out is left out. We have no e-mail address." in client.get(address, {"as": "Olga"}).text
    assert "Nobody of this mailing is called “Zoe”." in client.get(address, {"as": "Zoe"}).text
    assert "In German: 1 person" in client.get(address).text
