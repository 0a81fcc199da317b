"""A letter as a spam filter sees it, with and without SpamAssassin."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.outreach import services
from regulars.outreach.channels.email import spam
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, the_owner

REPORT = """Spam detection software, running on the system "here", has NOT identified this.

Content analysis details:   (6.3 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
 1.6 SUBJ_ALL_CAPS          Subject is all capitals
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 4.7 SOME_NEW_RULE          Looks like something
                            that goes on here

"""


def ours(subject: str, text: str, html: str = "") -> str:
    return " ".join(reason.words for reason in spam.own_reasons(subject, text, html))


@pytest.mark.parametrize(
    ("subject", "text", "html", "words"),
    [
        ("BIG SALE TODAY", "Dear Ann.", "", "all in capitals"),
        ("", "Dear Ann.", "", "no subject"),
        ("Hello!!!", "Dear Ann.", "", "exclamation"),
        ("Re: your order", "Dear Ann.", "", "says it is an answer"),
        ("Hello", "", "<p>Dear Ann</p>", "no text beside"),
        ("Hello", "Look", '<img src="a.png">', "little more than a picture"),
        ("Hello", "Act now and click here", "", "act now, click here"),
        ("Hello", "See https://bit.ly/abc", "", "bit.ly"),
        ("Hello", "See http://192.0.2.1/abc", "", "bare number"),
    ],
)
def test_what_anybody_would_mind_is_said(subject, text, html, words):
    assert words in ours(subject, text, html)


def test_a_plain_thank_you_has_nothing_against_it():
    text = "Dear Ann,\n\nthank you for coming on Saturday. See https://boutique.example/new for what is new.\n"
    assert ours("Thank you, Ann", text, f"<p>{text}</p>") == ""
    assert ours("OK", text) == ""


def test_a_report_becomes_words_the_weightiest_first():
    told = spam.read_report(REPORT)
    assert told is not None
    points, needed, reasons = told
    assert (points, needed) == (6.3, 5.0)
    assert [(reason.rule, reason.points) for reason in reasons] == [("SOME_NEW_RULE", 4.7), ("SUBJ_ALL_CAPS", 1.6)]
    assert reasons[0].words == "Looks like something that goes on here"
    assert "as if it shouted" in reasons[1].words


@pytest.mark.parametrize("said", ["", "garbage", "0/0\n", "spamd: cannot connect"])
def test_a_filter_that_says_nothing_is_not_a_verdict(said):
    verdict = spam.judged(b"x", "Hello", "Dear Ann.", "", lambda letter: said)
    assert (verdict.points, verdict.is_spam) == (None, False)


def a_filter(folder: Path, report: str) -> None:
    (folder / "report").write_text(report)
    program = folder / "spamassassin"
    program.write_text(f'#!/bin/sh\ncat > "{folder}/letter"\ncat "{folder}/report"\n')
    program.chmod(0o755)


@pytest.mark.django_db
def test_the_page_shows_what_the_installed_filter_says_of_the_very_letter(client, tmp_path, monkeypatch):
    a_shop()
    client.force_login(the_owner())
    touch = a_touch(a_person("Ann Archer", "ann@example.org"), subject="Thank you", body="Dear Ann,\n\nthank you.")
    monkeypatch.setenv("PATH", str(tmp_path))
    without = client.post(f"/outbox/{touch.pk}/filters/").text
    assert "Nothing in it looks like spam." in without
    assert "is not installed" in without
    a_filter(tmp_path, REPORT)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    page = client.post(f"/outbox/{touch.pk}/filters/").text
    assert "would take it for spam: 6.3 points, and 5.0 are enough" in page
    assert "Looks like something that goes on here" in page
    letter = (tmp_path / "letter").read_text()
    assert "Subject: Thank you" in letter
    assert "ann@example.org" in letter
    touch.refresh_from_db()
    assert (touch.to_address, touch.message_id) == ("", "")
    assert client.get(f"/outbox/{touch.pk}/filters/").status_code == 405


@pytest.mark.django_db
def test_a_letter_that_cannot_be_one_says_so(client):
    a_shop()
    owner = the_owner()
    client.force_login(owner)
    touch = a_touch(a_person())
    services.edit_draft(touch, "Thank you", "Dear Ann.", owner)
    touch.__class__.objects.filter(pk=touch.pk).update(body="Dear {{ first_name }}")
    reply = client.post(f"/outbox/{touch.pk}/filters/")
    assert reply.status_code == 422
    assert "Curly brackets" in reply.text
