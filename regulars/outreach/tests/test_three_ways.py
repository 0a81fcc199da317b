"""One mailing, three ways: a letter, a text message, and a card for whoever neither reaches or who likes the post."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from regulars.kit.errors import Refusal
from regulars.outreach.mailings_shown import shown_mailing
from regulars.outreach.models import Mailing, Recipient, State, Stationery, Touch, Wording
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.services.printing import NewRun, begin_run
from regulars.outreach.tests.builders import BERLIN, a_person, a_shop, the_owner
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries.matching import Asked

pytestmark = pytest.mark.django_db
TEXT, CARD = (
    "Open until eight, {{ first_name }}.",
    "{{ greeting }},\n\nwe are open until eight.\n\nUntil soon\n{{ signature }}",
)
FORM = {"token": "t1", "name": "Longer hours", "wording": "hours", "to": "book", "when": "now", "spread_days": "5"}


@pytest.fixture
def shop(db):
    a_shop(country="DE", send_delay_minutes=0)
    save_wording("hours", name="Hours", subject="We are open longer", body="{{ greeting }},\n\nuntil eight.", by=None)


def somebody(name: str, *, email: str = "", mobile: str = "", lives: bool = False, **fields) -> Person:
    person = a_person(
        name,
        emails=(email,) if email else (),
        phones=(mobile,) if mobile else (),
        addresses=(BERLIN,) if lives else (),
        **fields,
    )
    people.record_consent([person.pk], "text", "care", source="test")
    return person


def a_mailing(**fields) -> Mailing:
    usual = {"token": f"t{Mailing.objects.count()}", "name": "Longer hours", "wording": "hours"}
    own = {"text": mailings.OwnWords(TEXT), "card": mailings.OwnWords(CARD)}
    mailing = mailings.make_mailing(
        mailings.NewMailing(**{**usual, "audience": Asked(is_list=True), **own, **fields}), None
    )
    mailings.gather(mailing)
    mailing.refresh_from_db()
    return mailing


def test_the_card_is_for_whom_neither_letter_nor_text_reaches_and_each_gets_it_one_way(shop):
    Stationery.objects.update_or_create(pk=1, defaults={"card_amount": Decimal("1.50")})
    ann = somebody("Ann Archer", email="ann@example.org", mobile="+4915111111111", lives=True)
    mo = somebody("Mo Weber", mobile="+4915122222222", lives=True)
    cy = somebody("Cy Cole", lives=True)
    nobody = somebody("Nora Nowhere")
    mailing = a_mailing()
    ways = dict(Recipient.objects.filter(mailing=mailing).values_list("person_id", "way"))
    assert ways == {ann.pk: "first", mo.pk: "text", cy.pk: "card", nobody.pk: "out"}
    assert mailing.found["channels"] == {"email": 1, "text": 1, "card": 1}
    assert mailing.found["left_out"] == {
        "We have no e-mail address. We have no mobile number. We have no postal address.": 1
    }
    rows = {
        row.label: (row.people, row.cost, row.minutes > 0) for row in shown_mailing(mailing, may_approve=True).channels
    }
    assert rows == {
        "E-mail": (1, 0, False),
        "Text message": (1, 0, True),
        "Card": (1, Decimal("1.50"), True),
    }
    mailings.begin_mailing(mailing, None)
    assert dict(Touch.objects.values_list("person_id", "channel")) == {ann.pk: "email", mo.pk: "text", cy.pk: "card"}
    assert mailings.begin_mailing(mailing, None) is False
    assert Touch.objects.count() == 3


def test_the_way_somebody_likes_to_be_reached_decides(shop):
    by_post = somebody("Pia Post", email="pia@example.org", reach_by="post", mobile="+4915111111111", lives=True)
    by_text = somebody("Tom Text", email="tom@example.org", reach_by="text", mobile="+4915122222222", lives=True)
    by_mail = somebody("Eva Mail", email="eva@example.org", reach_by="email", mobile="+4915133333333", lives=True)
    homeless = somebody("Max Moves", email="max@example.org", reach_by="post", mobile="+4915144444444")
    mailing = a_mailing()
    ways = dict(Recipient.objects.filter(mailing=mailing).values_list("person_id", "way"))
    assert ways == {by_post.pk: "card", by_text.pk: "text", by_mail.pk: "first", homeless.pk: "first"}


def test_one_card_for_all_under_one_roof_and_the_other_is_named_with_the_reason(shop):
    ann, ben = somebody("Ann Archer", lives=True), somebody("Ben Archer", lives=True)
    people.make_household([ann.pk, ben.pk])
    mailing = a_mailing()
    rows = dict(Recipient.objects.filter(mailing=mailing).values_list("person_id", "way"))
    assert sorted(rows.values()) == ["card", "out"]
    assert Recipient.objects.get(mailing=mailing, way="out").why == "Somebody under the same roof gets one already."
    mailings.begin_mailing(mailing, None)
    assert Touch.objects.get().state == State.APPROVED


def test_a_roof_that_gets_a_card_bars_no_letter_under_it(shop):
    ann, ben = somebody("Ann Archer", lives=True), somebody("Ben Archer", lives=True, email="ben@example.org")
    people.make_household([ann.pk, ben.pk])
    ways = dict(Recipient.objects.filter(mailing=a_mailing()).values_list("person_id", "way"))
    assert ways == {ann.pk: "card", ben.pk: "first"}


def test_its_cards_stand_together_on_cards_to_print_and_are_made_in_one_run(client, shop):
    client.force_login(the_owner())
    for number in range(3):
        somebody(f"Guest {number}", lives=True)
    mailing = a_mailing()
    other = a_mailing(name="Closed on Friday", card=mailings.OwnWords("Closed on Friday.\n\nYour Maya"))
    for one in (mailing, other):
        mailings.begin_mailing(one, None)
    page = client.get("/cards/").text
    assert "Mailing: Longer hours" in page
    assert "Mailing: Closed on Friday" in page
    page = client.get(f"/mailings/{mailing.pk}/", follow=True).text
    address = f"/cards/?programme=mailing%3A{mailing.pk}"
    assert address in page
    only = client.get(address).text
    assert "Mailing: Longer hours" in only
    assert "Mailing: Closed on Friday" not in only
    seen = dict(Touch.objects.filter(programme=mailing.programme).values_list("pk", "draft_hash"))
    run = begin_run(NewRun("t", "card-quarter-a4", seen), None)
    assert run.size == 3
    assert "Mailing: Longer hours" not in client.get("/cards/").text


def test_a_card_is_refused_beside_words_that_go_by_post_anyway(shop):
    save_wording("by-post", name="By post", subject="", body="Open.", by=None, channel="card")
    with pytest.raises(Refusal, match="go by post already"):
        a_mailing(wording="by-post")
    with pytest.raises(Refusal, match="Choose one"):
        a_mailing(second_wording="by-post")
    assert not Mailing.objects.exists()
    assert not Wording.objects.filter(mailing__isnull=False).exists()


def test_by_the_pages_all_three_are_written_looked_at_and_changed(client, shop, django_assert_max_num_queries):
    client.force_login(the_owner())
    somebody("Ann Archer", email="ann@example.org")
    somebody("Mo Weber", mobile="+4915122222222")
    somebody("Cy Cole", lives=True, language="de")
    sent = {
        **FORM,
        "text_words": TEXT,
        "card_words": CARD,
        "card_words_de": "{{ greeting }},\n\nbis acht.\n\n{{ signature }}",
    }
    page = client.post("/mailings/new/", sent, follow=True).text
    assert "3 people get it" in page
    for words in ("Those who get a text message", "Those who get a card", "bis acht.", "Card"):
        assert words in page, words
    mailing = Mailing.objects.get()
    with django_assert_max_num_queries(70) as asked:
        client.get(f"/mailings/{mailing.pk}/?as=Cy")
    for number in range(6):
        somebody(f"Guest {number}", mobile=f"+49151333333{number:02}")
    mailings.gather(mailing)
    with django_assert_max_num_queries(len(asked) + 2):
        client.get(f"/mailings/{mailing.pk}/?as=Cy")
    form = client.get(f"/mailings/{mailing.pk}/words/").text
    assert "bis acht." in form
    page = client.post(f"/mailings/{mailing.pk}/words/", FORM, follow=True).text
    assert "1 person gets it" in page
    words = client.get("/words/").text
    assert "Longer hours" not in words, "nothing of it goes by text or card any more"


def test_the_list_of_words_names_what_mailings_say_by_text_and_card_and_in_which_languages(client, shop):
    client.force_login(the_owner())
    somebody("Mo Weber", mobile="+4915122222222")
    mailing = a_mailing(text=mailings.OwnWords(TEXT, {"de": "Offen bis acht."}))
    page = client.get("/words/").text
    assert "In your mailings" in page
    assert f'href="/mailings/{mailing.pk}/"' in page
    assert "Longer hours" in page
    assert "Text message · English, German" in page
    assert "Open until eight" in page
    assert client.get(f"/words/{mailing.text_wording}/").status_code == 404
    mailings.begin_mailing(mailing, None)
    assert "Text message · English, German" in client.get("/words/").text


def test_a_text_for_any_mailing_is_changed_on_its_page_and_has_no_subject(client, shop):
    client.force_login(the_owner())
    save_wording("short", name="Short notice", subject="", body="Open until eight.", by=None, channel="text")
    assert "Text message" in client.get("/words/").text
    page = client.get("/words/short/").text
    assert 'name="subject"' not in page
    assert "1 text message" in page
    sent = {"name": "Short notice", "body": "Open until nine.", "purpose": "care", "mode": "plain"}
    assert client.post("/words/short/", sent).status_code == 302
    german = {"body": "Bis neun offen.", "mode": "plain"}
    assert client.post(reverse("outreach:wording-in", args=["short", "de"]), german).status_code == 302
    assert "Text message · English, German" in client.get("/words/").text
    assert list(Wording.objects.filter(key="short").values_list("latest__body", flat=True)) == ["Open until nine."]
