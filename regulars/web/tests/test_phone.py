"""The phone: let in by a code once, and what it keeps of the house."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from regulars.kit import lan
from regulars.staff import phones
from regulars.staff.models import AuditEntry, PhoneLink
from regulars.web.tests.builders import an_open_house

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_the_wifi(monkeypatch):
    monkeypatch.setenv(lan.BOUND, "0.0.0.0 8000")
    monkeypatch.setattr(lan, "own_address", lambda: "192.168.1.20")


@pytest.fixture
def maya(client):
    owner = an_open_house()
    client.force_login(owner)
    return owner


def link_on(page):
    [link] = re.findall(r"http://192\.168\.1\.20:8000(/phone/in/[\w-]+/)", page.text)
    return link


def test_the_code_lets_one_phone_in_after_a_yes_and_is_spent_then(client, maya, in_the_wifi):
    link = link_on(client.post("/phone/"))
    handset, second = Client(), Client()
    for _ in range(3):
        assert "Yes, this is my phone" in handset.get(link).text
        handset.head(link)
    assert "_auth_user_id" not in handset.session
    assert handset.post(link)["Location"] == "/"
    assert handset.session["_auth_user_id"] == str(maya.pk)
    assert second.post(link).status_code == 410
    assert "_auth_user_id" not in second.session
    assert AuditEntry.objects.filter(action="let_phone_in", user=maya).count() == 1


@pytest.mark.both_databases
def test_of_five_phones_at_once_one_gets_in(maya, in_threads):
    code = phones.make_code(maya)
    assert sum(answer is not None for answer in in_threads(5, lambda _: phones.use_code(code))) == 1


def test_a_code_is_good_for_five_minutes_and_only_the_newest(maya, frozen_clock):
    old = phones.make_code(maya)
    new = phones.make_code(maya)
    assert phones.whose(old) is None
    assert phones.whose(new) == maya
    frozen_clock.ahead(minutes=6)
    assert phones.use_code(new) is None


def test_the_code_itself_is_not_kept(maya):
    code = phones.make_code(maya)
    assert code not in str(PhoneLink.objects.values().get())


def test_an_account_that_was_closed_opens_no_phone(maya):
    code = phones.make_code(maya)
    type(maya).objects.filter(pk=maya.pk).update(is_active=False)
    assert phones.use_code(code) is None


def test_where_phones_cannot_reach_it_says_how_they_can(client, maya, monkeypatch):
    monkeypatch.setenv(lan.BOUND, "127.0.0.1 8000")
    page = client.post("/phone/")
    assert "--host 0.0.0.0" in page.text
    assert not PhoneLink.objects.exists()


def test_the_mark_is_for_those_who_are_signed_in(client, maya):
    assert client.get("/phone/mark/").json()["token"]
    assert Client().get("/phone/mark/").status_code == 302


def test_what_opens_without_signal_is_named_and_no_person_is_among_it(client, maya):
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    found = re.search(r"FILES = \[(.*?)\];", script.text, re.DOTALL)
    assert found
    files = json.loads(f"[{found[1]}]".replace("\\u003D", "="))
    assert len(files) > 20
    assert all(file.startswith("/static/") for file in files)
    assert "/people/" not in script.text


def test_the_home_screen_shows_the_shop(client, maya):
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["name"] == "Maya's Boutique"
    assert manifest["display"] == "standalone"
    assert any(icon["sizes"] == "512x512" for icon in manifest["icons"])
