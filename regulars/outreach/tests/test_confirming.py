"""The letter that asks a mailbox whether a yes was its own, and the yes that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client

from regulars.kit import bulletin, clock
from regulars.kit.services import change_business
from regulars.outreach import services
from regulars.outreach.handlers import ask_whether_it_was_theirs
from regulars.outreach.models import InboundMail, SendingAccount, State, Suppression, Touch
from regulars.outreach.queries import may_receive
from regulars.outreach.queries.asked import CONFIRM
from regulars.outreach.services.confirming import is_a_yes
from regulars.outreach.services.inboxes import connect_inbox, read_answers
from regulars.outreach.services.suppressing import suppress
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, the_owner
from regulars.outreach.tests.imap_server import ImapServer
from regulars.outreach.tests.test_inbound import a_mail
from regulars.people.models import Consent, ConsentNow, Person
from regulars.rapport import services as rapport
from regulars.rapport.events import YesAsked
from regulars.rapport.models import AskedLetter, AskedYes
from regulars.rapport.tests.test_asked_yes import tick

pytestmark = pytest.mark.django_db(transaction=True)
ANN = "ann@example.org"
PUBLIC = "https://regulars.example.com"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop(send_delay_minutes=10)
    rapport.switch_on(None)
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        a_mailbox(server.port)
        yield server


def sent(sink: sinks.Sink) -> list[EmailMessage]:
    bulletin.deliver_due()
    services.send_due()
    return [message_from_string(raw, policy=policy.default) for raw in sink.letters]


def words_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def the_letter() -> Touch:
    return Touch.objects.get(programme=CONFIRM)


def allowed() -> bool:
    return Consent.objects.filter(channel="email", purpose="marketing", is_given=True).exists()


def answered(words: str, name: str = "", sender: str = "Ann <ann@example.org>") -> InboundMail | None:
    headers = {"In-Reply-To": name or the_letter().message_id, "Message-ID": f"<{len(words)}-{clock.now():%f}@x>"}
    return services.receive(a_mail(words, "Re: Was it you?", **{"From": sender, **headers}))


def test_one_short_letter_goes_at_once_and_says_nothing_of_what_was_typed(sink):
    change_business(public_address=PUBLIC)
    tick(name="Buy gold at spam.example", wants="https://spam.example")
    (letter,) = sent(sink)
    text = words_of(letter)
    assert letter["To"].addresses[0].addr_spec == ANN
    wording = rapport.consent_wording()
    assert wording is not None
    assert wording.words in " ".join(text.split())
    assert f"{PUBLIC}/yes/{rapport.token_of(AskedYes.objects.get())}/" in text
    assert "spam.example" not in letter.as_string()
    assert "List-Unsubscribe" not in letter
    assert "<img" not in letter.as_string()
    touch = the_letter()
    assert (touch.state, touch.purpose, touch.has_offer) == (State.SENT, "service", False)
    assert len(sent(sink)) == len(sent(sink)) == 1


def test_the_link_of_the_letter_confirms_and_offers_may_go(sink):
    change_business(public_address=PUBLIC)
    tick()
    (letter,) = sent(sink)
    person = AskedYes.objects.get().person
    assert not may_receive([person.pk], "email", "marketing", clock.now())[person.pk].ok
    found = re.search(rf"{PUBLIC}(/yes/\w+/)", words_of(letter))
    assert found is not None
    assert Client().get(found[1]).status_code == Client().head(found[1]).status_code == 200
    assert not allowed()
    assert Client(enforce_csrf_checks=True).post(found[1]).status_code == 200
    assert may_receive([person.pk], "email", "marketing", clock.now())[person.pk].ok


@pytest.mark.parametrize("words", ["YES", "Ja!", "SÍ", "sí, por favor", "Oui.", "ja\n\nViele Grüße\nAnn"])
def test_without_an_address_of_ours_the_letter_is_answered_with_a_yes(sink, words):
    tick()
    (letter,) = sent(sink)
    assert "answer this letter with the one word YES" in " ".join(words_of(letter).split())
    assert "/yes/" not in words_of(letter)
    row = answered(words)
    assert row is not None
    assert allowed()
    assert AskedYes.objects.get().is_by_answer
    assert not row.is_for_you
    assert not InboundMail.objects.filter(is_for_you=True).exists()
    assert ConsentNow.objects.filter(purpose="care").count() == 0, "only what was ticked"


@pytest.mark.parametrize("words", ["No", "Yes, but who are you?", "What is this about?", "Nein danke"])
def test_any_other_answer_is_for_a_person_to_read(sink, words):
    tick()
    sent(sink)
    row = answered(words)
    assert row is not None
    assert row.is_for_you
    assert not allowed()


def test_a_yes_that_does_not_name_our_letter_proves_nothing(sink):
    tick()
    sent(sink)
    row = answered("YES", name="<guessed@boutique.example>")
    assert row is not None
    assert row.is_for_you
    assert not allowed()


def test_a_machines_answer_is_no_yes_and_stop_forgets_the_ask(sink):
    tick()
    sent(sink)
    services.receive(
        a_mail("YES", "Away", In_Reply_To=the_letter().message_id, Auto_Submitted="auto-replied", Message_ID="<a@x>")
    )
    assert not allowed()
    assert AskedYes.objects.exists()
    answered("STOP")
    assert not AskedYes.objects.exists()
    assert answered("YES") is not None
    assert not allowed()


def test_an_answer_is_read_from_the_mailbox_over_imap(sink):
    tick()
    sent(sink)
    with ImapServer() as server:
        account = SendingAccount.objects.get()
        connect_inbox(account, services.NewInbox("127.0.0.1", server.port, "none", "maya", server.password), None)
        server.put(a_mail("JA", "Re: Was it you?", In_Reply_To=the_letter().message_id, Message_ID="<b@x>"))
        read_answers()
    assert allowed()


@pytest.mark.parametrize("reason", [Suppression.Reason.LEFT, Suppression.Reason.COMPLAINT])
def test_an_address_that_left_or_complained_gets_no_letter(sink, reason):
    suppress(ANN, reason, scope=Suppression.Scope.MARKETING)
    tick()
    assert sent(sink) == []
    assert not AskedYes.objects.exists()
    assert not Touch.objects.exists()


def test_who_leaves_while_the_letter_waits_does_not_get_it(sink):
    tick()
    bulletin.deliver_due()
    suppress("ANN@example.org", Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    assert sent(sink) == []
    assert the_letter().state == State.SUPPRESSED


def test_the_letter_goes_to_the_address_that_was_typed_not_to_another_of_theirs(sink):
    person = a_person("Ann", emails=("first@example.org", ANN))
    tick()
    assert AskedYes.objects.get().person_id == person.pk
    (letter,) = sent(sink)
    assert letter["To"].addresses[0].addr_spec == ANN


@pytest.mark.parametrize(("language", "word"), [("de", "JA"), ("es", "SÍ"), ("fr", "YES")])
def test_it_speaks_the_persons_language_where_we_do(sink, language, word):
    a_person("Ann", ANN, language=language)
    tick()
    (letter,) = sent(sink)
    assert f" {word}." in " ".join(words_of(letter).split())


def test_in_the_shops_wifi_it_says_so_and_names_the_other_way(sink):
    page = rapport.asking_page()
    page.shop_address = "http://192.168.1.20:8000"
    page.save()
    tick()
    (letter,) = sent(sink)
    text = " ".join(words_of(letter).split())
    assert "http://192.168.1.20:8000/yes/" in text
    assert "Wi-Fi" in text
    assert "one word YES" in text


def test_the_news_heard_twice_or_on_another_day_is_one_letter(sink):
    tick()
    ask, letter = AskedYes.objects.get(), AskedLetter.objects.get()
    for _time in range(3):
        ask_whether_it_was_theirs([YesAsked(ask.pk, ask.person_id, letter.pk)])
    assert len(sent(sink)) == 1


def test_without_a_mailbox_it_waits_and_the_page_says_why(sink, client):
    SendingAccount.objects.update(is_active=False)
    tick()
    assert sent(sink) == []
    touch = the_letter()
    assert (touch.state, touch.held_why) == (State.HELD, "No mailbox is connected.")
    assert touch.held_until is not None
    assert touch.not_after is not None
    assert touch.held_until - clock.now() < timedelta(days=1, minutes=1) < touch.not_after - clock.now()
    client.force_login(the_owner())
    page = client.get("/reach/").text
    assert "1 person asked for offers by e-mail and has not confirmed it yet" in page
    assert "connect a mailbox first" in page


def test_yes_words_stand_alone():
    assert all(is_a_yes(text) for text in ("yes", "  JA ", "\nSí.\n", "oui", "Yes please!", "I confirm"))
    assert not any(is_a_yes(text) for text in ("", "yesterday", "yes and no", "nein", "jaja", "no, yes"))


@pytest.mark.both_databases
def test_two_hands_that_hear_the_same_news_write_one_letter(sink, in_threads):
    tick()
    ask, letter = AskedYes.objects.get(), AskedLetter.objects.get()
    news = [YesAsked(ask.pk, ask.person_id, letter.pk)]
    assert in_threads(4, lambda _number: ask_whether_it_was_theirs(news)) == [None] * 4
    assert Touch.objects.filter(programme=CONFIRM).count() == 1
    assert Person.objects.count() == 1
