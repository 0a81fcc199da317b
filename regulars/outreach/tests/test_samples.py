"""A few first: drawn by lot from every way that goes by itself, each with its share."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.outreach.channels.text import accounts
from regulars.outreach.mailings_shown import shown_mailing
from regulars.outreach.models import Mailing, Recipient, State, Touch
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.services.mailings.gathering import SAMPLE, shared_out
from regulars.outreach.tests.builders import BERLIN, a_shop, the_owner
from regulars.people import services as people
from regulars.people.queries.matching import Asked

pytestmark = pytest.mark.django_db
TEXT, CARD = "Open until eight.", "{{ greeting }},\n\nwe are open until eight.\n\n{{ signature }}"


@pytest.fixture
def shop(db):
    a_shop(country="DE", send_delay_minutes=0)
    save_wording("hours", name="Hours", subject="Open longer", body="{{ greeting }},\n\nuntil eight.", by=None)


def crowd(*, letters: int = 0, texts: int = 0, cards: int = 0) -> None:
    new = [people.NewPerson(full_name=f"Lea {n}", emails=(f"lea{n}@example.org",)) for n in range(letters)]
    new += [people.NewPerson(full_name=f"Tom {n}", phones=(f"+49151234{n:05}",)) for n in range(texts)]
    new += [people.NewPerson(full_name=f"Cara {n}", addresses=(BERLIN,)) for n in range(cards)]
    people.record_consent(people.record_people(new, source="test").ids, "text", "care", source="test")


def a_mailing(**fields) -> Mailing:
    usual = {"token": "t1", "name": "Hours", "wording": "hours", "audience": Asked(is_list=True)}
    own = {"text": mailings.OwnWords(TEXT), "card": mailings.OwnWords(CARD)}
    mailing = mailings.make_mailing(mailings.NewMailing(**{**usual, **own, **fields}), None)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    return mailing


def a_provider() -> None:
    accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100), None)


@pytest.mark.both_databases
def test_letters_and_texts_are_drawn_in_shares_and_cards_wait_for_the_yes_to_all(shop, client):
    a_provider()
    crowd(letters=30, texts=10, cards=8)
    mailing = a_mailing()
    shown = shown_mailing(mailing, may_approve=True)
    assert (shown.drawn, shown.drawn_words) == (20, "15 letters by e-mail and 5 text messages")
    client.force_login(the_owner())
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "First only 20 of them" in page
    assert "15 letters by e-mail and 5 text messages" in page
    assert "Cards are printed by hand and wait for your yes to all" in page
    assert mailings.send_sample(mailing, None) == 20
    assert Counter(Touch.objects.values_list("channel", flat=True)) == {"email": 15, "text": 5}
    assert set(Touch.objects.values_list("state", flat=True)) == {State.APPROVED}
    assert "Gone first: 15 letters by e-mail and 5 text messages." in client.get(f"/mailings/{mailing.pk}/").text
    mailings.begin_mailing(mailing, None)
    assert Counter(Touch.objects.values_list("channel", flat=True)) == {"email": 30, "text": 10, "card": 8}


def test_texts_that_are_sent_with_a_tap_are_not_drawn(shop):
    crowd(letters=30, texts=10)
    mailing = a_mailing()
    assert shown_mailing(mailing, may_approve=True).drawn_words == "20 letters by e-mail"
    assert not Recipient.objects.filter(is_sample=True, way="text").exists()


def test_a_text_as_second_words_is_drawn_too(shop):
    a_provider()
    save_wording("short", name="Short", subject="", body=TEXT, by=None, channel="text")
    crowd(letters=5, texts=25)
    mailing = a_mailing(text=mailings.OwnWords(), card=mailings.OwnWords(), second_wording="short")
    assert shown_mailing(mailing, may_approve=True).drawn_words == "3 letters by e-mail and 17 text messages"


def test_where_all_are_cards_nobody_is_offered_a_few_first(shop, client):
    client.force_login(the_owner())
    crowd(cards=25)
    mailing = a_mailing()
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "25 people get it" in page
    assert f"/mailings/{mailing.pk}/samples/" not in page


@given(st.dictionaries(st.sampled_from(["first", "text", "card", "second"]), st.integers(1, 3000), min_size=1))
def test_shares_are_whole_fair_and_never_more_than_there_are(sizes):
    shares = shared_out(SAMPLE, sizes)
    people_here = sum(sizes.values())
    assert sum(shares.values()) == min(SAMPLE, people_here)
    for way, share in shares.items():
        assert 1 <= share <= sizes[way]
        exact = SAMPLE * sizes[way] / people_here
        assert share <= max(1, exact + 1)
