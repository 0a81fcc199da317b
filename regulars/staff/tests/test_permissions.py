from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from regulars.staff.doors import Door, door_of, open_to_everyone, requires
from regulars.staff.models import User
from regulars.staff.permissions import ACTIONS, may
from regulars.staff.roles import Role


def somebody(role: Role, *, is_active: bool = True) -> User:
    return User(email="x@example.com", role=role, is_active=is_active)


def test_the_owner_may_do_everything_that_is_written_down() -> None:
    assert all(may(somebody(Role.OWNER), action) for action in ACTIONS)


def test_who_only_looks_changes_nothing() -> None:
    allowed = {action for action in ACTIONS if may(somebody(Role.READ_ONLY), action)}
    assert all(action.endswith(".see") or action == "house.enter" for action in allowed)


def test_a_higher_role_may_whatever_a_lower_one_may() -> None:
    for lower, higher in [(Role.READ_ONLY, Role.STAFF), (Role.STAFF, Role.MANAGER), (Role.MANAGER, Role.OWNER)]:
        assert [action for action, roles in ACTIONS.items() if lower in roles and higher not in roles] == []


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_strangers_and_closed_accounts_may_nothing(action: str) -> None:
    assert not may(AnonymousUser(), action)
    assert not may(somebody(Role.OWNER, is_active=False), action)


def test_a_door_to_an_unwritten_action_cannot_be_hung() -> None:
    with pytest.raises(ValueError, match="permission table"):
        requires("people.enchant")


def a_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_a_view_says_which_door_it_has() -> None:
    assert door_of(a_view) is None
    assert door_of(requires("people.see")(a_view)) == Door("people.see")
    assert door_of(open_to_everyone(a_view)) == Door(None)
