"""Connecting a mailbox: what went wrong, in words that say what to do next."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.smtp import Way, _is_about_the_address, _stuffed
from regulars.outreach.models import SendingAccount
from regulars.outreach.services.explain import connection_fault
from regulars.outreach.services.resting import active_account
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_shop, the_owner

FAULTS = {
    "no such server": (socket.gaierror(-2, "unknown"), "mail.example", "no server called mail.example"),
    "closed port": (ConnectionRefusedError(), "mail.example", "Nothing answers"),
    "blocked port": (TimeoutError(), "mail.example", "block it: try port 465"),
    "wrong certificate": (ssl.SSLCertVerificationError(), "mail.example", "does not prove"),
    "wrong encryption": (ssl.SSLError(1, "wrong version"), "mail.example", "another kind of encryption"),
    "no encryption": (smtplib.SMTPNotSupportedError("STARTTLS not supported"), "mail.example", "does not encrypt"),
    "hung up": (smtplib.SMTPServerDisconnected("gone"), "mail.example", "hung up"),
    "gmail": (
        smtplib.SMTPAuthenticationError(535, b"5.7.8 not accepted"),
        "smtp.gmail.com",
        "Gmail wants an app password",
    ),
    "microsoft": (
        smtplib.SMTPAuthenticationError(535, b"5.7.139 basic authentication is disabled"),
        "smtp.office365.com",
        "Authenticated SMTP",
    ),
    "wrong password": (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), "mail.example", "password is not right"),
}


@pytest.mark.parametrize(("fault", "host", "words"), FAULTS.values(), ids=FAULTS)
def test_every_fault_has_its_sentence(fault, host, words):
    assert words in connection_fault(fault, Way(host, 587, "starttls"))


@pytest.mark.django_db
def test_a_wrong_password_is_refused_and_a_right_one_is_kept_encrypted(tmp_path):
    a_shop()
    with sinks.running(tmp_path / "accepted", wants_password=True) as sink:
        with pytest.raises(Refusal, match="password is not right"):
            a_mailbox(sink.port, username="shop", password="wrong")
        assert active_account() is None
        account = a_mailbox(sink.port, username="shop", password="right")
        again = a_mailbox(sink.port, username="shop", password="")
        assert SendingAccount.objects.get(pk=again.pk).password == "right"
        assert not SendingAccount.objects.get(pk=account.pk).is_active
        assert services.test_letter(again, "me@example.org").startswith("2.0.0 queued")
        assert "A test letter" in sink.letters[0]
        services.disconnect(the_owner())
        assert SendingAccount.objects.get(pk=again.pk).password == ""


@pytest.mark.django_db
def test_a_password_without_a_user_name_is_that_of_the_address_and_never_ignored(tmp_path, monkeypatch):
    a_shop()
    monkeypatch.setattr(sinks, "USER", "maya@boutique.example")
    with sinks.running(tmp_path / "accepted", wants_password=True) as sink:
        with pytest.raises(Refusal, match="password is not right"):
            a_mailbox(sink.port, username="", password="wrong")
        assert a_mailbox(sink.port, username="", password="right").username == "maya@boutique.example"


@pytest.mark.django_db
def test_a_test_letter_that_is_refused_says_by_whom(tmp_path):
    a_shop()
    with sinks.running(tmp_path / "accepted") as sink:
        account = a_mailbox(sink.port)
        with pytest.raises(Refusal, match="does not take letters to this address"):
            services.test_letter(account, "gone-me@example.org")
        sink.sender_refused = True
        with pytest.raises(Refusal, match="write as this sender"):
            services.test_letter(account, "me@example.org")


@pytest.mark.django_db
def test_a_password_never_travels_without_encryption():
    a_shop()
    with pytest.raises(Refusal, match="never sent without encryption"):
        services.connect_account(
            services.NewAccount("a@b.example", host="mail.example", security="none", username="a", password="b"), None
        )


@pytest.mark.parametrize(
    ("code", "said", "is_gone"),
    [
        (550, "5.1.1 user unknown", True),
        (550, "No such user here", True),
        (550, "5.7.1 blocked by policy", False),
        (554, "5.7.1 this looks like spam", False),
        (550, "5.2.1 mailbox disabled", True),
        (552, "5.2.2 mailbox full", False),
    ],
)
def test_only_a_dead_address_ends_an_address(code, said, is_gone):
    assert _is_about_the_address(code, said, "recipient") is is_gone


def test_a_line_that_begins_with_a_dot_stays_a_line():
    assert _stuffed(b".a\r\n.\r\nb") == b"..a\r\n..\r\nb\r\n"
