"""Connect a mailbox by signing in at its provider, and keep its token fresh."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from regulars.outreach import services
from regulars.outreach.channels.email import oauth
from regulars.outreach.channels.email.providers import PROVIDERS, Provider
from regulars.outreach.models import MailAccess, SendingAccount, State
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests import token_server
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch, states, the_owner
from regulars.outreach.tests.imap_server import ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider() -> Iterator[token_server.Provider]:
    a_shop()
    with token_server.running() as server:
        yield server


@pytest.fixture
def sink(tmp_path: Path, provider, monkeypatch) -> Iterator[sinks.Sink]:
    with sinks.running(tmp_path / "accepted.jsonl", wants_password=True) as server:
        here = Provider("microsoft", "Microsoft 365", "127.0.0.1", server.port, "none", per_second=0)
        monkeypatch.setitem(PROVIDERS, "microsoft", here)
        monkeypatch.setitem(oauth.DOORS, "microsoft", provider.door())
        server.tokens = provider.given
        yield server


TYPED = {
    "preset": "microsoft",
    "sign_in_address": "maya@boutique.example",
    "client_id": "our-id",
    "client_secret": "s3",
}


def signed_in(client, **more: str) -> SendingAccount:
    client.force_login(the_owner())
    asked = client.post("/mailbox/sign-ins/", {**TYPED, **more})
    told = {name: values[0] for name, values in parse_qs(urlsplit(asked.url).query).items()}
    client.post("/mailbox/sign-ins/return/", {"code": "right", "state": told["state"]})
    return SendingAccount.objects.get(is_active=True)


def test_signing_in_connects_the_mailbox_and_letters_leave_with_the_token(client, provider, sink):
    client.force_login(the_owner())
    asked = client.post("/mailbox/sign-ins/", TYPED)
    told = {name: values[0] for name, values in parse_qs(urlsplit(asked.url).query).items()}
    assert told["redirect_uri"] == "http://testserver/mailbox/sign-ins/return/"
    assert told["scope"] == "mail offline"
    shown = client.get("/mailbox/sign-ins/return/", {"code": "right", "state": told["state"]})
    assert "One more click" in shown.text
    assert not SendingAccount.objects.exists()
    assert provider.told == []
    assert client.post("/mailbox/sign-ins/return/", {"code": "right", "state": told["state"]}).status_code == 302
    verifier = provider.told[0]["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert told["code_challenge"] == challenge
    assert provider.told[0]["client_secret"] == "s3"
    touch = an_approved_touch(a_person())
    services.send_due()
    assert states([touch]) == [State.SENT]
    assert len(sink.letters) == 1


def test_a_state_nobody_began_and_a_wrong_code_connect_nothing(client, provider, sink):
    client.force_login(the_owner())
    assert client.post("/mailbox/sign-ins/return/", {"code": "right", "state": "forged"}).status_code == 422
    asked = client.post("/mailbox/sign-ins/", TYPED)
    state = parse_qs(urlsplit(asked.url).query)["state"][0]
    refused = client.post("/mailbox/sign-ins/return/", {"code": "wrong", "state": state})
    assert "This code is not known." in refused.text
    assert client.post("/mailbox/sign-ins/return/", {"code": "", "state": ""}).status_code == 422
    assert not SendingAccount.objects.exists()


def test_a_short_code_is_typed_elsewhere(client, provider, sink):
    client.force_login(the_owner())
    page = client.post("/mailbox/sign-ins/", {**TYPED, "by_code": "on"}, follow=True).text
    assert "ABCD-1234" in page
    access = MailAccess.objects.get()
    waiting = client.post(f"/mailbox/sign-ins/{access.pk}/answers/", follow=True).text
    assert "Nobody has agreed there yet." in waiting
    provider.is_typed = True
    client.post(f"/mailbox/sign-ins/{access.pk}/answers/")
    assert SendingAccount.objects.get(is_active=True).from_address == "maya@boutique.example"


def test_a_token_is_renewed_before_it_ends_and_the_old_line_is_left(client, provider, sink, frozen_clock):
    signed_in(client)
    first = an_approved_touch(a_person())
    services.send_due()
    assert provider.given == ["token-1"]
    frozen_clock.ahead(minutes=56)
    second = an_approved_touch(a_person())
    services.send_due()
    assert provider.given == ["token-1", "token-2"]
    assert (provider.told[-1]["grant_type"], provider.told[-1]["refresh_token"]) == ("refresh_token", "lasting")
    assert states([first, second]) == [State.SENT, State.SENT]
    access = MailAccess.objects.get()
    assert access.expires_at == frozen_clock.now + timedelta(hours=1)


def test_a_right_that_was_taken_back_rests_the_mailbox_and_the_letter_waits(client, provider, sink, frozen_clock):
    account = signed_in(client)
    frozen_clock.ahead(hours=2)
    provider.is_closed = True
    touch = an_approved_touch(a_person())
    services.send_due()
    account.refresh_from_db()
    assert "Sign in there once more" in account.resting_why
    assert states([touch]) == [State.APPROVED]


def test_tokens_are_kept_encrypted_and_forgotten_when_disconnecting(client, provider, sink):
    from django.db import connection

    signed_in(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_token, access_token, client_secret FROM outreach_mailaccess")
        assert all("lasting" not in row[0] and "token-1" not in row[1] and row[2] != "s3" for row in cursor.fetchall())
    page = client.get("/mailbox/").text
    assert "lasting" not in page
    assert "token-1" not in page
    services.disconnect(the_owner())
    assert not MailAccess.objects.exists()


def test_answers_are_read_with_the_same_right(client, provider, sink):
    account = signed_in(client)
    with ImapServer() as server:
        server.tokens = provider.given
        new = services.NewInbox(host="127.0.0.1", port=server.port, security="none")
        inbox = services.connect_inbox(account, new, None)
        assert inbox.password == ""
        assert services.read_inbox(inbox) == 0
        inbox.refresh_from_db()
        assert inbox.resting_why == ""
        assert not any(asked.startswith("LOGIN") for asked in server.asked)


def test_the_page_offers_it_where_the_provider_does(client, provider):
    client.force_login(the_owner())
    assert "/mailbox/sign-ins/?kind=gmail" in client.get("/mailbox/?kind=gmail").text
    assert "/mailbox/sign-ins/" not in client.get("/mailbox/?kind=icloud").text
    assert "by_code" not in client.get("/mailbox/sign-ins/?kind=gmail").text
    assert client.get("/mailbox/sign-ins/?kind=icloud").status_code == 302
