"""The page *Sending set-up*: choose, connect, and see how it stands, with as few steps as can be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.html import escape

from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.models import IdentityCheck, Inbox, SendingAccount
from regulars.outreach.services.identity import look_up_sender
from regulars.outreach.tests import dns_server, esp_server
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_shop, the_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    a_shop()
    user = the_owner()
    client.force_login(user)
    return user


@pytest.fixture
def names(monkeypatch) -> Iterator[dns_server.Names]:
    with dns_server.running() as server:
        monkeypatch.setattr("regulars.outreach.services.identity.Dns", lambda: server.resolver)
        yield server


def test_every_way_of_sending_is_offered_and_asks_for_just_what_it_needs(client, owner):
    offered = client.get("/mailbox/").text
    for key in {*PROVIDERS, *ESPS}:
        assert f"?kind={key}" in offered
        form = client.get(f"/mailbox/?kind={key}").context["form"]
        wanted = {ask.key for ask in ESPS[key].asks} if key in ESPS else {"password"}
        assert wanted | {"from_address"} <= set(form.fields)
        assert ("host" in form.fields) == (key == "host")
        assert ("region" in form.fields) == bool((ESPS.get(key) or PROVIDERS[key]).regions)
    assert client.get("/mailbox/?kind=nonsense").context["form"] is None


def test_looking_at_the_page_asks_nobody_anything(client, owner, names):
    SendingAccount.objects.create(host="smtp.gmail.com", preset="gmail", from_address="maya@boutique.example")
    page = client.get("/mailbox/").text
    assert "Not looked up yet" in page
    assert names.asked == []


def test_a_mailbox_is_connected_checked_and_tried_on_one_page(client, owner, names, tmp_path):
    names.put("boutique.example", "v=spf1 -all")
    with sinks.running(tmp_path / "accepted") as sink:
        typed = {"preset": "host", "from_address": "maya@boutique.example", "host": "127.0.0.1", "port": sink.port}
        reply = client.post("/mailbox/", {**typed, "security": "none"}, follow=True)
        assert "Connected." in reply.text
        account = SendingAccount.objects.get(is_active=True)
        look_up_sender.call(account.pk)
        page = client.get("/mailbox/").text
        assert "127.0.0.1 is not named in it" in page or "does not name the server" in page
        assert "v=spf1 a:127.0.0.1 -all" in page
        assert "v=DMARC1; p=none; rua=mailto:maya@boutique.example" in page
        client.post("/mailbox/letters/", {"to": "me@example.org"})
        assert "Taken by the server" in client.get("/mailbox/").text
        assert "A test letter" in sink.letters[0]


def test_check_now_signs_in_again_looks_up_and_ends_a_rest(client, owner, names, tmp_path):
    with sinks.running(tmp_path / "accepted") as sink:
        typed = {"preset": "host", "from_address": "maya@boutique.example", "host": "127.0.0.1", "port": sink.port}
        client.post("/mailbox/", {**typed, "security": "none"})
        SendingAccount.objects.update(resting_why="It was closed.")
        assert client.post("/mailbox/checks/", {}).status_code == 302
        assert SendingAccount.objects.get(is_active=True).resting_why == ""
        assert IdentityCheck.objects.get().findings
        refused = client.post("/mailbox/checks/", {"selector": "not a name"})
        assert refused.status_code == 422
        assert "not the name of a key" in refused.text
        client.post("/mailbox/checks/", {"selector": "k9._domainkey.boutique.example"})
        assert IdentityCheck.objects.get().selector == "k9"
        assert "no key under the name k9" in client.get("/mailbox/").text


def test_a_server_that_went_away_is_said_when_checking(client, owner, names):
    SendingAccount.objects.create(host="127.0.0.1", port=1, security="none", from_address="maya@boutique.example")
    reply = client.post("/mailbox/checks/", {})
    assert reply.status_code == 422
    assert "Nothing answers at 127.0.0.1 on port 1" in reply.text


def test_a_service_is_connected_on_the_page_and_its_key_never_comes_back(client, owner, monkeypatch):
    with esp_server.running() as web:
        monkeypatch.setattr("regulars.outreach.channels.email.esps.Esp.url_of", lambda self, region: web.url(self.key))
        typed = {"preset": "mailgun", "from_address": "maya@boutique.example", "region": "eu"}
        refused = client.post("/mailbox/", {**typed, "api_key": "wrong-key", "sender_domain": "mg.boutique.example"})
        assert refused.status_code == 422
        assert escape("Mailgun does not know this key.") in refused.text
        assert "wrong-key" not in refused.text
        missing = client.post("/mailbox/", {**typed, "api_key": esp_server.KEY})
        assert "Mailgun asks for this." in missing.text
        good = {**typed, "api_key": esp_server.KEY, "sender_domain": "mg.boutique.example"}
        assert client.post("/mailbox/", good).status_code == 302
        change = client.get("/mailbox/?kind=mailgun").text
        assert "mg.boutique.example" in change
        assert esp_server.KEY not in change + client.get("/mailbox/").text
        assert client.post("/mailbox/", {**good, "api_key": ""}).status_code == 302


def test_reading_answers_is_one_tick_and_its_failure_leaves_the_mailbox(client, owner, tmp_path):
    with sinks.running(tmp_path / "accepted", wants_password=True) as sink:
        typed = {"preset": "host", "from_address": "maya@boutique.example", "host": "127.0.0.1", "port": sink.port}
        reply = client.post(
            "/mailbox/",
            {**typed, "security": "none", "username": "shop", "password": "right", "read_answers": "on"},
            follow=True,
        )
        assert "Answers cannot be read yet." in reply.text
        assert SendingAccount.objects.filter(is_active=True).exists()
        assert not Inbox.objects.exists()
