"""The text that asks a telephone whether a yes to offers was its own, and the YES that answers it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit import bulletin, clock
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.handlers import ask_whether_it_was_theirs
from regulars.outreach.models import Channel, InboundMail, State, Suppression, TextAccount, Touch
from regulars.outreach.queries import may_receive
from regulars.outreach.queries.asked import CONFIRM
from regulars.outreach.services.confirming import MOST_TEXTS_A_DAY
from regulars.outreach.services.suppressing import suppress
from regulars.outreach.tests.builders import a_shop, the_owner
from regulars.outreach.tests.test_texts import a_sandbox, in_use
from regulars.people.models import Consent
from regulars.rapport import services as rapport
from regulars.rapport.events import YesAsked
from regulars.rapport.models import AskedLetter, AskedYes
from regulars.rapport.tests.test_asked_yes import tick

pytestmark = pytest.mark.django_db
MOBILE, OTHER, LANDLINE, ABROAD = "+4915123456789", "+4915123456788", "+4930123456", "+353871234567"


@pytest.fixture
def shop(settings, tmp_path, monkeypatch, frozen_clock):
    # Inside a test's own transaction nothing can be made durable.
    monkeypatch.setattr("regulars.kit.database.full_sync", nullcontext)
    settings.OUTBOX_DIR = str(tmp_path)
    a_shop(country="DE", name="Morgenbrot", quiet_from=time(20), quiet_until=time(8))
    rapport.switch_on(None)
    frozen_clock.move_to(datetime.combine(clock.today(), datetime.min.time(), clock.zone()) + timedelta(hours=12))
    return frozen_clock


def a_provider() -> None:
    """One that was connected before the day of these tests."""
    account = a_sandbox()
    TextAccount.objects.filter(pk=account.pk).update(connected_at=clock.now() - timedelta(days=1))


def asked() -> list[Touch]:
    """What went out, or waits to, after the worker heard of it."""
    bulletin.deliver_due()
    send_texts()
    return list(Touch.objects.filter(programme=CONFIRM).order_by("pk"))


def answered(words: str, name: str = "one", sender: str = MOBILE) -> InboundMail:
    row = receive_text(in_use(), Incoming(name, sender, words))
    assert row is not None
    return row


def test_one_text_asks_the_number_itself_quotes_what_was_ticked_and_repeats_nothing_typed(shop):
    a_provider()
    tick("0151 23456789", "Buy pills at evil.example", wants="evil")
    (touch,) = asked()
    wording = rapport.consent_wording()
    assert wording is not None
    assert (touch.channel, touch.state, touch.to_address) == ("text", State.SENT, MOBILE)
    assert touch.body.startswith("Morgenbrot: ")
    assert wording.words in touch.body
    assert "evil" not in touch.body
    assert not Consent.objects.exists()


@pytest.mark.parametrize("words", ["YES", "Ja.", "sí"])
def test_yes_from_that_number_is_evidence_once_and_asks_nothing_of_the_owner(shop, words):
    a_provider()
    tick(MOBILE)
    asked()
    assert [answered(words, name).is_for_you for name in ("one", "two")] == [False, False]
    said, ask = Consent.objects.get(), AskedYes.objects.get()
    assert (said.channel, said.purpose, said.is_given, said.wording) == ("text", "marketing", True, ask.wording.words)
    assert said.source == f"enquiry form, confirmed by text, wording {ask.wording_id}"
    assert ask.is_by_answer
    assert may_receive([ask.person_id], Channel.TEXT, "marketing", clock.now())[ask.person_id].ok


@pytest.mark.parametrize(("words", "sender"), [("Yes, but who are you?", MOBILE), ("No", MOBILE), ("YES", OTHER)])
def test_every_other_answer_is_for_a_person_to_read(shop, words, sender):
    a_provider()
    tick(MOBILE)
    asked()
    assert answered(words, sender=sender).is_for_you
    assert not Consent.objects.exists()


def test_stop_settles_it_for_good(shop):
    a_provider()
    tick(MOBILE)
    asked()
    shop.move_to(clock.now() + timedelta(minutes=5))
    answered("STOP")
    shop.move_to(clock.now() + timedelta(days=1))
    tick(MOBILE, key="k2")
    assert len([touch for touch in asked() if touch.state == State.SENT]) == 1
    assert not Consent.objects.filter(is_given=True, purpose="marketing").exists()


def test_without_a_provider_nobody_is_asked_and_it_waits_for_the_owner(shop, client: Client):
    client.force_login(the_owner())
    tick(MOBILE)
    assert asked() == []
    page = client.get(reverse("outreach:reach")).text
    assert "1 person asked for offers by text message and has not confirmed it yet" in page
    assert "note it on their page" in page
    assert "?asked_yes=yes" in page


def test_no_text_goes_to_a_landline_abroad_or_where_somebody_said_stop(shop):
    a_provider()
    suppress(OTHER, Suppression.Reason.LEFT, channel=Channel.TEXT, source="answered STOP")
    for number, reach in enumerate((LANDLINE, ABROAD, OTHER)):
        tick(reach, f"Person {number}", key=f"k{number}")
    assert asked() == []
    assert sorted(AskedYes.objects.values_list("address", flat=True)) == sorted((LANDLINE, ABROAD))


def test_a_form_cannot_be_used_to_spend_the_shops_texts(shop):
    a_provider()
    wording = rapport.consent_wording()
    assert wording is not None
    for number in range(MOST_TEXTS_A_DAY + 5):
        tick(f"+49151234567{number:02}", f"Person {number}", key=f"k{number}")
        if number % 8 == 7:
            shop.move_to(clock.now() + timedelta(hours=1))
    bulletin.deliver_due()
    assert Touch.objects.filter(programme=CONFIRM).count() == MOST_TEXTS_A_DAY
    assert AskedYes.objects.count() == MOST_TEXTS_A_DAY + 5
    letters = AskedLetter.objects.order_by("pk")
    ask_whether_it_was_theirs([YesAsked(row.ask_id or 0, 1, row.pk) for row in letters])  # told a second time
    assert Touch.objects.filter(programme=CONFIRM).count() == MOST_TEXTS_A_DAY


def test_at_night_it_waits_for_the_morning(shop):
    a_provider()
    shop.move_to(clock.now() + timedelta(hours=11))
    tick(MOBILE)
    (touch,) = asked()
    assert touch.state == State.APPROVED
    assert clock.local(touch.due_at).hour >= 7
    shop.move_to(touch.due_at + timedelta(minutes=1))
    send_texts()
    touch.refresh_from_db()
    assert touch.state == State.SENT


def test_one_told_to_the_owner_meanwhile_is_not_asked_any_more(shop):
    a_provider()
    shop.move_to(clock.now() + timedelta(hours=11))
    tick(MOBILE)
    (touch,) = asked()
    assert rapport.confirm_as_told(AskedYes.objects.get().pk, None)
    shop.move_to(touch.due_at + timedelta(minutes=1))
    send_texts()
    touch.refresh_from_db()
    assert (touch.state, touch.to_address) == (State.SUPPRESSED, "")
