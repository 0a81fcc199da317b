from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import NoReverseMatch, reverse

from regulars.outreach.models import SendingAccount
from regulars.staff import services as staff
from regulars.staff.models import AuditEntry, User
from regulars.staff.tests.builders import PASSWORD
from regulars.web import services
from regulars.web.urls import addresses


@pytest.fixture(autouse=True)
def _no_old_counts() -> None:
    cache.clear()


def sign_in(client: Client, email: str = "maya@example.com", password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"login": email, "password": password})


def a_second_step(user: User) -> str:
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


def present_code(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def test_the_owner_signs_in_whatever_the_capitals_and_it_is_written_down(owner: User, client: Client) -> None:
    reply = sign_in(client, "MAYA@example.com")
    assert reply["Location"] == "/"
    assert client.session["_auth_user_id"] == str(owner.pk)
    assert AuditEntry.objects.filter(action="sign_in", user=owner).count() == 1


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(owner: User, client: Client) -> None:
    wrong = sign_in(client, password="wrong green scarf")
    unknown = sign_in(client, "nobody@example.com")
    for reply in (wrong, unknown):
        assert "do not belong together" in reply.text
    assert "_auth_user_id" not in client.session


def test_after_eight_wrong_tries_even_the_right_password_waits(owner: User, client: Client) -> None:
    for number in range(8):
        sign_in(client, ("maya@example.com", "Maya@Example.com")[number % 2], "wrong green scarf")
    reply = sign_in(client)
    assert reply.status_code == 429
    assert "Please wait a little" in reply.text
    assert "_auth_user_id" not in client.session


def test_one_person_locked_out_leaves_colleagues_in_peace(owner: User, client: Client) -> None:
    bo = staff.add_staff(email="bo@example.com", display_name="Bo", role="staff")
    staff.set_password(bo, PASSWORD)
    for _ in range(9):
        sign_in(client, password="wrong green scarf")
    assert sign_in(client, "bo@example.com").status_code == 302


def test_signing_out_needs_a_post(at_home: Client) -> None:
    assert at_home.get("/sign-out/").status_code == 405
    assert "_auth_user_id" in at_home.session
    at_home.post("/sign-out/")
    assert "_auth_user_id" not in at_home.session


def test_nobody_signs_up_by_themselves(owner: User, client: Client) -> None:
    for name in ("account_signup", "account_email", "account_set_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/accounts/signup/").status_code == 404


def test_a_page_asked_for_before_signing_in_comes_after_it_and_never_another_site(owner: User, client: Client) -> None:
    assert client.get("/settings/log/")["Location"] == "/sign-in/?next=/settings/log/"
    typed = {"login": "maya@example.com", "password": PASSWORD}
    assert client.post("/sign-in/", {**typed, "next": "/settings/log/"})["Location"] == "/settings/log/"
    client.post("/sign-out/")
    assert client.post("/sign-in/", {**typed, "next": "https://evil.example/"})["Location"] == "/"


def test_a_part_asked_for_by_a_signed_out_page_leads_to_the_sign_in(owner: User, client: Client) -> None:
    reply = client.get("/settings/", headers={"HX-Request": "true"})
    assert (reply.status_code, reply["HX-Redirect"]) == (401, "/sign-in/")


def test_with_the_second_step_a_password_alone_does_not_let_in(owner: User, client: Client) -> None:
    secret = a_second_step(owner)
    assert sign_in(client)["Location"] == "/sign-in/code/"
    assert "_auth_user_id" not in client.session
    assert client.get("/settings/").status_code == 302
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert "does not fit" in wrong.text
    client.post("/sign-in/code/", {"code": present_code(secret)})
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_the_seed_of_the_second_step_is_unreadable_in_the_database(owner: User) -> None:
    secret = a_second_step(owner)
    assert secret not in str(Authenticator.objects.get(user=owner).data)


def test_the_second_step_is_switched_on_with_a_code_and_brings_recovery_codes(owner: User, client: Client) -> None:
    sign_in(client)
    start = "/settings/account/two-step/"
    assert client.get(start)["Location"].startswith("/sign-in/again/")
    assert "not your password" in client.post("/sign-in/again/", {"password": "wrong green scarf", "next": start}).text
    assert client.post("/sign-in/again/", {"password": PASSWORD, "next": start})["Location"] == start
    page = client.get(start)
    secret = page.context["form"].secret
    assert secret in page.text
    refused = client.post("/settings/account/two-step/", {"code": "000000"})
    assert "does not fit" in refused.text
    secret = client.session["mfa.totp.secret"]
    reply = client.post("/settings/account/two-step/", {"code": present_code(secret)})
    assert reply["Location"] == "/settings/account/codes/"
    codes = client.get("/settings/account/codes/").context["unused_codes"]
    assert len(codes) == 10
    client.post("/sign-out/")
    sign_in(client)
    client.post("/sign-in/code/", {"code": codes[0]})
    assert client.session["_auth_user_id"] == str(owner.pk)
    client.post("/sign-out/")
    sign_in(client)
    spent = client.post("/sign-in/code/", {"code": codes[0]})
    assert "does not fit" in spent.text


def test_changing_the_password_needs_the_present_one(owner: User, client: Client) -> None:
    sign_in(client)
    new = {"password1": "another green scarf", "password2": "another green scarf"}
    refused = client.post("/settings/account/password/", {"oldpassword": "wrong green scarf", **new})
    assert "not your present password" in refused.text
    done = client.post("/settings/account/password/", {"oldpassword": PASSWORD, **new})
    assert done["Location"] == "/settings/account/"
    owner.refresh_from_db()
    assert owner.check_password("another green scarf")
    assert AuditEntry.objects.filter(action="set_password", user=owner).exists()


def test_without_a_mailbox_the_page_says_how_to_help_oneself(owner: User, client: Client) -> None:
    page = client.get("/sign-in/forgotten/")
    assert "regulars set-password" in page.text
    assert client.post("/sign-in/forgotten/", {"email": "maya@example.com"}).status_code == 200
    assert not AuditEntry.objects.filter(action__startswith="password_link").exists()


@pytest.fixture
def letters(owner: User, monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """A connected mailbox whose letters stay in a list."""
    services.change_settings(owner, {"public_address": "https://regulars.example.com"})
    SendingAccount.objects.create(host="localhost", from_address="shop@example.com")
    taken: list[EmailMessage] = []
    monkeypatch.setattr("regulars.web.mailbox._post", lambda account, letter: taken.append(letter))
    return taken


def test_a_forgotten_password_is_replaced_by_a_link_that_neither_signs_in_nor_skips_the_second_step(
    owner: User, client: Client, letters: list[EmailMessage]
) -> None:
    a_second_step(owner)
    reply = client.post("/sign-in/forgotten/", {"email": "Maya@example.com"}, headers={"Host": "evil.example"})
    assert "is on its way" in reply.text
    (letter,) = letters
    assert letter.to == ["maya@example.com"]
    link = next(word for word in letter.body.split() if word.startswith("https://"))
    assert link.startswith("https://regulars.example.com/welcome/")
    path = link.removeprefix("https://regulars.example.com")
    client.post(path, {"password": "another green scarf"})
    assert "_auth_user_id" not in client.session
    assert sign_in(client, password="another green scarf")["Location"] == "/sign-in/code/"


def test_an_unknown_or_closed_address_gets_the_same_page_and_no_letter(
    owner: User, client: Client, letters: list[EmailMessage]
) -> None:
    bo = staff.add_staff(email="bo@example.com", display_name="Bo", role="staff")
    staff.deactivate(bo)
    pages = [client.post("/sign-in/forgotten/", {"email": who}) for who in ("nobody@example.com", "bo@example.com")]
    assert [page.status_code for page in pages] == [200, 200]
    assert letters == []


def test_many_askings_for_one_address_are_slowed_down(owner: User, client: Client, letters: list[EmailMessage]) -> None:
    replies = [client.post("/sign-in/forgotten/", {"email": "maya@example.com"}).status_code for _ in range(7)]
    assert replies[-1] == 429
    assert len(letters) == 5


def test_the_demo_is_entered_by_one_button_and_only_there(owner: User, client: Client) -> None:
    assert client.post("/demo/entries/").status_code == 404
    assert "Enter as the owner" not in client.get("/sign-in/").text
    assert [route.name for route in addresses(is_demo=False) if route.name == "enter-demo"] == []
    assert [route.name for route in addresses(is_demo=True) if route.name == "enter-demo"] == ["enter-demo"]


@pytest.mark.urls("regulars.web.tests.demo_urls")
def test_in_the_demo_the_button_lets_the_owner_in(owner: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post("/demo/entries/").status_code == 404
    monkeypatch.setattr(settings, "IS_DEMO", True)
    assert "Enter as the owner" in client.get("/sign-in/").text
    assert client.get("/demo/entries/").status_code == 405
    assert client.post("/demo/entries/")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(owner.pk)
