"""An answer to somebody who wrote: once, to the address that asked, in the same thread, through the ledger."""

from __future__ import annotations

import email
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.letters import thread_headers
from regulars.outreach.models import InboundMail, State, Touch
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, an_approved_touch, the_owner
from regulars.staff.services import add_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, settings: object) -> None:
    settings.OUTBOX_DIR = tmp_path / "outbox"  # type: ignore[attr-defined]  # pytest-django's settings


def a_reply(to: Touch, number: str = "1", sender: str = "ann.work@example.net") -> InboundMail:
    lines = [
        f"From: Ann <{sender}>",
        "To: maya@boutique.example",
        "Subject: Re: Thank you",
        f"Message-ID: <ask-{number}@example.net>",
        f"In-Reply-To: {to.message_id}",
        "",
        "Do you have it in blue?",
    ]
    mail = services.receive("\r\n".join(lines).encode())
    assert mail is not None
    return mail


def sent_thank_you(sink: sinks.Sink) -> Touch:
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person("Ann Archer", "ann@example.org"))
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.SENT
    return touch


def test_an_answer_goes_to_whoever_asked_and_into_the_thread(sink):
    touch = sent_thank_you(sink)
    mail = a_reply(touch)
    answer = services.write_back(mail, "", "Yes, we do.", the_owner())
    services.send_due()
    answer.refresh_from_db()
    assert (answer.state, answer.to_address, answer.purpose) == (State.SENT, "ann.work@example.net", "service")
    letter = email.message_from_string(sink.letters[-1])
    assert letter["Subject"] == "Re: Thank you"
    assert letter["In-Reply-To"] == "<ask-1@example.net>"
    assert letter["References"].split() == [touch.message_id, "<ask-1@example.net>"]
    mail.refresh_from_db()
    assert mail.is_answered


def test_the_thread_grows_with_each_answer(sink):
    touch = sent_thank_you(sink)
    answer = services.write_back(a_reply(touch), "", "Yes, we do.", None)
    services.send_due()
    answer.refresh_from_db()
    services.write_back(a_reply(answer, "2"), "", "Until Saturday.", None)
    services.send_due()
    letter = email.message_from_string(sink.letters[-1])
    assert letter["References"].split() == [
        touch.message_id,
        "<ask-1@example.net>",
        answer.message_id,
        "<ask-2@example.net>",
    ]


def test_an_answer_sent_twice_goes_once_and_a_second_one_is_another_letter(sink):
    mail = a_reply(sent_thank_you(sink))
    first = services.write_back(mail, "", "Yes.", None, step="1")
    assert services.write_back(mail, "", "Yes.", None, step="1").pk == first.pk
    second = services.write_back(mail, "", "And in green.", None, step="2")
    assert second.pk != first.pk
    for _round in range(3):
        services.send_due()
    assert len(sink.letters) == 3


def test_four_who_press_send_at_once_send_one_answer(sink, in_threads):
    mail = a_reply(sent_thank_you(sink))
    answers = in_threads(4, lambda number: services.write_back(mail, "", "Yes.", None).pk)
    assert len(set(answers)) == 1
    for _round in range(3):
        services.send_due()
    assert len(sink.letters) == 2


def test_an_answer_needs_words_and_somebody_who_wrote(sink):
    mail = a_reply(sent_thank_you(sink))
    with pytest.raises(Refusal, match="no words"):
        services.write_back(mail, "", "  ", None)
    with pytest.raises(Refusal, match="one line"):
        services.write_back(mail, "Hello\nBcc: all@example.org", "Yes.", None)
    InboundMail.objects.filter(pk=mail.pk).update(person_id=None)
    mail.refresh_from_db()
    with pytest.raises(Refusal, match="do not know who wrote"):
        services.write_back(mail, "", "Yes.", None)
    assert Touch.objects.filter(programme="reply").count() == 0


def test_names_that_others_wrote_badly_do_not_reach_a_header():
    assert thread_headers(["<a@b>", "<c@d>\r\nBcc: all@example.org", "<no good@x>", "nothing"]) == {
        "In-Reply-To": "<a@b>",
        "References": "<a@b>",
    }
    assert thread_headers(["rubbish"]) == {}


def test_the_page_sends_an_answer_and_shows_where_it_is(client, sink):
    mail = a_reply(sent_thank_you(sink))
    client.force_login(the_owner())
    page = client.get(f"/replies/{mail.pk}/").text
    assert "Write back" in page
    assert "It goes to ann.work@example.net" in page
    refused = client.post(f"/replies/{mail.pk}/answers/", {"subject": "Re: Thank you", "body": "", "step": "1"})
    assert refused.status_code == 422
    typed = {"subject": "Re: Thank you", "body": "Yes, in blue.", "step": "1"}
    for _twice in range(2):
        assert client.post(f"/replies/{mail.pk}/answers/", typed).status_code == 302
    page = client.get(f"/replies/{mail.pk}/").text
    assert "Your answer: Goes as soon as it can." in page
    assert "Write again" in page
    assert Touch.objects.filter(programme="reply").count() == 1
    services.send_due()
    assert "Yes, in blue." in client.get(f"/replies/{mail.pk}/").text
    client.force_login(add_staff(email="s@example.org", display_name="Sam", role="staff"))
    assert client.post(f"/replies/{mail.pk}/answers/", typed).status_code == 403


def test_a_letter_that_is_too_large_says_so_and_does_not_leave(sink):
    a_mailbox(sink.port, largest_mb=1)
    touch = an_approved_touch(a_person(), body="word " * 300_000)
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.FAILED
    assert "At most 1 MB" in touch.why
    assert sink.letters == []
