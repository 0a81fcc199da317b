"""Every route of the house, tried by every role and by nobody: doors hold, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.staff import services, sightings
from regulars.staff.doors import Door, door_of
from regulars.staff.models import User
from regulars.staff.permissions import ACTIONS
from regulars.staff.roles import Role
from regulars.web.tests.builders import an_open_house

NOBODY = None
READS = ("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "EXPLAIN", "WITH")
OWN_MEMORY = '"django_session"'  # what a visitor's own browser session remembers is not the shop's book
SAYS_IT_IS_OVER = {"standings:grading"}  # finished work is tidied away after a month; its page says so
SAMPLES = {"int": "999999", "slug": "nowhere", "str": "nowhere", "path": "no/where", "uuid": "0" * 32}


@dataclass(frozen=True)
class Route:
    """One address of the house with sample words filled in."""

    address: str
    name: str
    view: Callable[..., Any]

    @property
    def door(self) -> Door | None:
        return door_of(self.view)


def routes(resolver: URLResolver | None = None, prefix: str = "/", space: str = "") -> Iterator[Route]:
    for pattern in (resolver or get_resolver()).url_patterns:
        address = prefix + _filled_in(pattern)
        if isinstance(pattern, URLPattern):
            yield Route(address, space + str(pattern.name), pattern.callback)
        else:
            yield from routes(pattern, address, f"{pattern.namespace}:" if pattern.namespace else space)


def _filled_in(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, SAMPLES.get(kind, "nowhere"))
    return text


@contextmanager
def a_book_that_cannot_be_written() -> Iterator[None]:
    """Fail the test with the statement that would have changed something."""

    def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = str(sql).lstrip().upper()
        is_reading = statement.startswith(READS) and not (statement.startswith("WITH") and " INTO " in statement)
        if not is_reading and OWN_MEMORY not in str(sql):
            pytest.fail(f"A GET would have written: {str(sql)[:200]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(guard):
        yield


def a_browser_of(role: Role | None, owner: User) -> Client:
    browser = Client(raise_request_exception=True)
    if role is Role.OWNER:
        browser.force_login(owner)
    elif role is not None:
        user = services.add_staff(email=f"{role}@example.com", display_name=role.label, role=role)
        services.set_password(user, "green silk scarf 12")
        browser.force_login(User.objects.get(pk=user.pk))
    return browser


@pytest.fixture
def owner(db: None) -> Iterator[User]:
    yield an_open_house()
    sightings.forget()


def test_every_view_has_a_door() -> None:
    assert [route.name for route in routes() if route.door is None] == []


def test_every_action_a_door_asks_for_is_in_the_permission_table() -> None:
    asked = {route.door.action for route in routes() if route.door and route.door.action}
    assert asked - set(ACTIONS) == set()


def test_the_doors_open_to_everyone_are_few_and_known() -> None:
    assert {route.name for route in routes() if route.door and route.door.action is None} == {
        "account_inactive",
        "account_login",
        "account_reset_password",
        "enquiries:ask",
        "enquiries:confirm-yes",
        "mfa_authenticate",
        "outreach:follow",
        "outreach:leave",
        "outreach:mail-hook",
        "outreach:picture",
        "outreach:preferences",
        "outreach:text-incoming",
        "outreach:text-receipts",
        "staff:choose-password",
        "theme",
        "web:first-run",
        "web:healthz",
        "web:home",
        "web:language",
        "web:manifest",
        "web:phone-in",
        "web:service-worker",
    }


@pytest.mark.parametrize("role", [NOBODY, *Role], ids=lambda role: role or "nobody")
def test_every_door_opens_to_its_roles_only_and_looking_writes_nothing(role: Role | None, owner: User) -> None:
    browser, wrong = a_browser_of(role, owner), []
    with a_book_that_cannot_be_written():
        for route in routes():
            for method in ("GET", "HEAD"):
                status = browser.generic(method, route.address).status_code
                if not _is_right(route, role, status):
                    wrong.append(f"{method} {route.address} ({route.name}) answered {status}")
    assert wrong == []


def _is_right(route: Route, role: Role | None, status: int) -> bool:
    action = route.door.action if route.door else "no door"
    if status >= 500:
        return False
    if action is None:
        return status != 403 or route.name == "account_inactive"
    if role is None:
        return status == 302
    return (status == 403) == (role not in ACTIONS[action])


@pytest.mark.parametrize("role", [NOBODY, Role.READ_ONLY, Role.STAFF], ids=lambda role: role or "nobody")
def test_a_post_through_a_closed_door_is_turned_away_before_anything_happens(role: Role | None, owner: User) -> None:
    browser, wrong = a_browser_of(role, owner), []
    with a_book_that_cannot_be_written():
        for route in routes():
            action = route.door.action if route.door else "no door"
            if action is None or (role is not None and role in ACTIONS[action]):
                continue
            status = browser.post(route.address).status_code
            if status != (302 if role is None else 403):
                wrong.append(f"POST {route.address} ({route.name}) answered {status}")
    assert wrong == []


def test_what_is_not_there_is_not_found_rather_than_forbidden(owner: User) -> None:
    browser = a_browser_of(Role.OWNER, owner)
    asked = [route for route in routes() if "/999999/" in route.address and route.name not in SAYS_IT_IS_OVER]
    assert len(asked) > 5
    assert [route.name for route in asked if browser.get(route.address).status_code not in {404, 405}] == []
    assert [route.name for route in asked if browser.post(route.address).status_code not in {404, 405, 422}] == []
