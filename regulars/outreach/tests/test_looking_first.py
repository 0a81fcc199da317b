"""Looked at before anybody gets it: a text on one's own phone, a card as a PDF, words written for either."""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import quote

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.adapters.sandbox import folder
from regulars.outreach.models import Mailing, TextMessage, Touch, Wording
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services import mailings, preflight, save_wording, text_to_me
from regulars.outreach.tests.builders import BERLIN, a_person, a_shop, the_owner
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries.matching import Asked
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
OWN = "0151 98765432"
TEXT = "{{ greeting }}, open until eight."
CARD = "{{ greeting }},\n\nopen until eight.\n\nUntil soon\nMaya"


@pytest.fixture
def shop(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("regulars.kit.database.full_sync", nullcontext)
    settings.OUTBOX_DIR = str(tmp_path)
    a_shop(country="DE", send_delay_minutes=0)


def a_provider(**limits) -> None:
    accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100, **limits), None)


def mo() -> Person:
    person = a_person("Mo Weber", emails=(), phones=("+4915122222222",))
    people.record_consent([person.pk], "text", "care", source="test")
    return person


def a_mailing() -> Mailing:
    save_wording("hours", name="Hours", subject="Open longer", body="{{ greeting }},\n\nuntil eight.", by=None)
    text, card = mailings.OwnWords(TEXT), mailings.OwnWords(CARD)
    new = mailings.NewMailing("t1", "Hours", "hours", Asked(is_list=True), text=text, card=card)
    mailing = mailings.make_mailing(new, None)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    return mailing


def left() -> list[str]:
    return [path.read_text() for path in folder().glob("*.json")] if folder().exists() else []


def test_a_text_of_a_mailing_comes_to_the_owner_as_one_of_them_would_get_it_and_nobody_else_has_it(shop, client):
    client.force_login(the_owner())
    a_provider()
    person, mailing = mo(), a_mailing()
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert f"/mailings/{mailing.pk}/examples/{person.pk}/tests/" in page
    address = f"/mailings/{mailing.pk}/examples/{person.pk}/tests/"
    assert client.get(address).status_code == 405
    page = client.post(address, {"number": OWN}, follow=True).text
    assert f"Sent to {OWN}, as Mo Weber would get it." in page
    (text,) = left()
    assert '"+4915198765432"' in text
    assert "Dear Mo, open until eight." in text
    assert not Touch.objects.exists()
    assert not TextMessage.objects.exists()
    assert AuditEntry.objects.filter(action="test_wording").count() == 1
    assert OWN in client.get(f"/mailings/{mailing.pk}/").text, "it need not be typed again"


def test_without_a_provider_a_tap_opens_it_on_the_owners_phone(shop, client):
    client.force_login(the_owner())
    person, mailing = mo(), a_mailing()
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert f"sms:?&amp;body={quote('Dear Mo, open until eight.', safe='')}" in page
    assert "Your own mobile number" not in page
    with pytest.raises(Refusal, match="tap from your own phone"):
        text_to_me(latest(mailing.text_wording), person, OWN, the_owner())


def test_without_a_number_it_goes_nowhere(shop, client):
    client.force_login(the_owner())
    a_provider()
    person, mailing = mo(), a_mailing()
    page = client.post(f"/mailings/{mailing.pk}/examples/{person.pk}/tests/", {"number": " "}, follow=True).text
    assert "Enter your own mobile number" in page
    assert left() == []


def test_one_that_never_could_go_is_not_tried_either(shop):
    a_provider(per_day=1)
    save_wording("long", name="Long", subject="", body="x" * 200, by=None, channel="text")
    with pytest.raises(Refusal, match="counts as 2 messages"):
        text_to_me(latest("long"), mo(), OWN, the_owner())


def test_a_card_of_a_mailing_is_looked_at_as_the_sheet_that_will_be_printed(shop, client):
    client.force_login(the_owner())
    person = a_person("Cy Cole", emails=(), addresses=(BERLIN,))
    mailing = a_mailing()
    address = f"/mailings/{mailing.pk}/examples/{person.pk}/card/"
    assert address in client.get(f"/mailings/{mailing.pk}/").text
    reply = client.get(address)
    assert reply["Content-Type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF")
    assert not Touch.objects.exists()
    assert client.post(f"/mailings/{mailing.pk}/examples/{person.pk}/tests/").status_code == 404
    texted = mo()
    mailings.gather(mailing)
    assert client.get(f"/mailings/{mailing.pk}/examples/{texted.pk}/card/").status_code == 404


def test_words_for_a_text_are_begun_from_the_list_counted_and_sent_to_oneself(shop, client):
    client.force_login(the_owner())
    a_provider()
    person = mo()
    assert "/words/new/text/" in client.get("/words/").text
    page = client.get("/words/new/text/").text
    assert "room for" in page
    assert 'name="subject"' not in page
    typed = {"name": "Short notice", "body": TEXT, "purpose": "care", "mode": "plain", "channel": "text"}
    tried = client.post("/words/new/text/", {**typed, "do": "try", "number": OWN, "person": person.pk}).text
    assert "as Mo Weber would get it" in tried
    assert "Dear Mo, open until eight." in left()[0]
    assert not Wording.objects.filter(channel="text").exists()
    assert client.post("/words/new/text/", typed).status_code == 302
    kept = Wording.objects.get(channel="text")
    assert (kept.name, latest(kept.key).body) == ("Short notice", TEXT)
    assert "sms:?&amp;body=" in client.get(f"/words/{kept.key}/").text
    assert f'<option value="{kept.key}">' in client.get("/mailings/new/").text


def test_words_for_a_card_are_begun_from_the_list_and_looked_at_as_a_pdf(shop, client):
    client.force_login(the_owner())
    person = a_person("Cy Cole", addresses=(BERLIN,))
    typed = {"name": "Winter", "body": CARD, "purpose": "care", "mode": "plain", "channel": "card"}
    assert "Look at it as a PDF" in client.get("/words/new/card/").text
    reply = client.post("/words/previews/cards/", {**typed, "person": person.pk})
    assert reply["Content-Type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF")
    assert client.post("/words/new/card/", typed).status_code == 302
    assert Wording.objects.get(key="winter").channel == "card"
    assert client.get("/words/new/call/").status_code == 404
    broken = client.post("/words/previews/cards/", {**typed, "body": "{{ nobody_has_it }}"})
    assert "There is no field called" in broken.text


def test_a_card_nobody_is_there_to_read_shows_the_examples(shop, client):
    client.force_login(the_owner())
    typed = {"body": CARD, "mode": "plain", "channel": "card"}
    assert client.post("/words/previews/cards/", typed).content.startswith(b"%PDF")


def test_an_offer_by_text_says_how_to_end_them_wherever_it_is_written(shop, client):
    client.force_login(the_owner())
    typed = {"name": "Sale", "body": "Half price.", "purpose": "marketing", "mode": "plain", "channel": "text"}
    reply = client.post("/words/new/text/", typed)
    assert reply.status_code == 422
    assert "STOP ends these texts" in reply.text
    assert client.post("/words/new/text/", {**typed, "body": "Half price. STOP ends these texts."}).status_code == 302


@pytest.mark.parametrize(
    ("channel", "subject", "says"),
    [("email", "Hello", "the letter does without"), ("text", "", "the text message does without"), ("card", "", "the card does without")],
)  # fmt: skip
def test_what_somebody_lacks_is_said_of_the_way_it_goes(shop, channel, subject, says):
    version = save_wording(
        "any", name="Any", subject=subject, by=None, channel=channel,
        body="Dear {{ first_name | default: 'friend' }}, {% if bought %}thanks for {{ bought }}.{% endif %}",
    )  # fmt: skip
    assert any(says in sentence for sentence in preflight(version, [mo().pk]).sentences)
    strict = save_wording("strict", name="Strict", subject=subject, body="{{ bought }}", by=None, channel=channel)
    nothing = {"email": "no letter", "text": "no text message", "card": "no card"}[channel]
    assert f"would get {nothing}: Mo Weber" in preflight(strict, [Person.objects.get().pk]).sentences[0]
