from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from regulars.staff import services
from regulars.staff.links import password_link, user_behind
from regulars.staff.models import User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import PASSWORD, a_user

pytestmark = pytest.mark.django_db


def invited() -> User:
    return services.add_staff(email="bo@example.com", display_name="Bo", role=Role.STAFF)


def parts(link: str) -> tuple[str, str]:
    _, _, who, token, _ = link.split("/")
    return who, token


def test_an_invited_colleague_chooses_a_password_once_and_then_signs_in(client: Client) -> None:
    bo = invited()
    link = password_link(bo)
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": PASSWORD}).status_code == 302
    bo.refresh_from_db()
    assert bo.check_password(PASSWORD)
    assert "_auth_user_id" not in client.session
    again = client.post(link, {"password": "another green scarf"})
    assert again.status_code == 410
    assert "no longer works" in again.text


def test_a_weak_choice_is_refused_and_the_link_still_works(client: Client) -> None:
    link = password_link(invited())
    reply = client.post(link, {"password": "1234"})
    assert reply.status_code == 422
    assert "too short" in reply.text
    assert client.get(link).status_code == 200


def test_a_link_dies_after_three_days() -> None:
    bo = invited()
    who, token = parts(password_link(bo))
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=20)):
        assert user_behind(who, token) == bo
    with time_machine.travel(timezone.now() + timedelta(days=3, hours=1)):
        assert user_behind(who, token) is None


def test_a_link_of_somebody_else_or_a_broken_one_opens_nothing() -> None:
    bo, cy = invited(), a_user(name="Cy")
    who, token = parts(password_link(bo))
    other_who, _ = parts(password_link(cy))
    assert user_behind(other_who, token) is None
    assert user_behind("!!", token) is None
    assert user_behind("", token) is None
    assert user_behind(who, token + "x") is None


def test_a_link_of_a_closed_account_opens_nothing() -> None:
    bo = a_user(name="Bo")
    link = parts(password_link(bo))
    services.deactivate(bo)
    assert user_behind(*link) is None
    services.reactivate(bo)
    assert user_behind(*link) == bo


def test_choosing_a_password_ends_the_sessions_elsewhere(client: Client) -> None:
    bo = a_user(name="Bo")
    client.force_login(bo)
    assert client.get("/settings/account/").status_code == 200
    services.set_password(bo, "another green scarf")
    assert client.get("/settings/account/").status_code == 302
