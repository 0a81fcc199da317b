from __future__ import annotations

import pytest
from django.conf import settings as live
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings

from regulars.kit.business import business
from regulars.staff.models import AuditEntry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_everything_is_stopped_and_let_go_on_from_any_page(at_home: Client) -> None:
    reply = at_home.post("/stops/", headers={"Referer": "http://testserver/settings/"})
    assert reply["Location"] == "http://testserver/settings/"
    assert business().is_sending_stopped
    page = at_home.get("/settings/")
    assert "Everything is stopped." in page.text
    assert "Maya Keller stopped it" in page.text
    at_home.post("/starts/")
    assert not business().is_sending_stopped
    assert "Everything is stopped." not in at_home.get("/settings/account/").text.split('id="toasts"')[0]
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)[1:]) == [
        "stop_everything",
        "resume_sending",
    ]


def test_another_site_is_never_where_one_comes_back_to(at_home: Client) -> None:
    assert at_home.post("/stops/", headers={"Referer": "https://evil.example/"})["Location"] == "/"
    assert at_home.post("/themes/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_staff_may_stop_everything_and_only_a_lead_starts_again(owner: object, client: Client) -> None:
    client.force_login(a_user(Role.STAFF))
    assert client.post("/stops/").status_code == 303
    assert client.post("/starts/").status_code == 403
    assert business().is_sending_stopped
    assert "Let it go on" not in client.get("/settings/").text


def test_the_frame_lists_the_rooms_a_reader_may_enter(owner: object, client: Client) -> None:
    client.force_login(a_user(Role.READ_ONLY))
    page = client.get("/settings/").text
    assert "More" in page
    assert "Take in a file" not in page
    assert "Stop everything" not in page
    assert 'aria-current="page"' in page


def test_strangers_see_no_rooms_and_the_shop_s_name_only(owner: object, client: Client) -> None:
    page = client.get("/sign-in/").text
    assert "Maya&#x27;s Boutique" in page
    assert "rail" not in page


def test_light_or_dark_is_chosen_by_post_and_kept_in_a_cookie(owner: object, client: Client) -> None:
    assert client.get("/themes/").status_code == 405
    client.post("/themes/", {"theme": "dark", "next": "/sign-in/"})
    assert client.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client.get("/sign-in/").text
    client.post("/themes/", {"theme": "<script>"})
    assert client.cookies["theme"].value == "dark"


def test_the_language_is_offered_once_there_is_a_second_one(at_home: Client) -> None:
    with override_settings(LANGUAGES=[("en", "English")]):
        assert "Use this one" not in at_home.get("/settings/account/").text
    with override_settings(LANGUAGES=[("en", "English"), ("de", "Deutsch")]):
        assert "Deutsch" in at_home.get("/settings/account/").text
        at_home.post("/language/", {"language": "de", "next": "https://evil.example/"})
        assert at_home.cookies["django_language"].value == "de"


def test_a_frame_costs_a_few_queries_however_much_there_is(
    at_home: Client, django_assert_max_num_queries: object
) -> None:
    at_home.get("/settings/")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        at_home.get("/settings/")


def test_what_shows_no_frame_asks_nothing_for_it(at_home: Client, django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert "There is nothing here" not in render_to_string("kit/_toast.html", {"words": "Kept."}, request=request)


def test_every_page_forbids_inline_script_and_style_and_being_framed(at_home: Client) -> None:
    for path in ("/settings/", "/sign-in/", "/nowhere/"):
        policy = at_home.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_on_plain_http_in_the_shop_s_network_one_stays_signed_in(owner: object) -> None:
    assert live.SESSION_COOKIE_SECURE is False
    phone = Client(headers={"Host": "192.168.1.20:8000"})
    reply = phone.post("/sign-in/", {"login": "maya@example.com", "password": "green silk scarf 12"})
    assert reply["Location"] == "/"
    session = phone.cookies["sessionid"]
    assert not session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_over_https_every_cookie_stays_on_https(owner: object, client: Client) -> None:
    typed = {"login": "maya@example.com", "password": "green silk scarf 12"}
    client.post("/sign-in/", typed, secure=True)
    client.get("/settings/", secure=True)
    client.post("/themes/", {"theme": "dark"}, secure=True)
    assert {name: bool(cookie["secure"]) for name, cookie in client.cookies.items()} == {
        "sessionid": True,
        "csrftoken": True,
        "theme": True,
    }


def test_a_form_from_another_site_is_refused_in_plain_words(owner: object) -> None:
    careful = Client(enforce_csrf_checks=True)
    reply = careful.post("/sign-in/", {"login": "maya@example.com", "password": "green silk scarf 12"})
    assert reply.status_code == 403
    assert "stood open too long" in reply.text


def test_what_is_not_there_is_said_kindly(at_home: Client) -> None:
    reply = at_home.get("/nowhere/")
    assert reply.status_code == 404
    assert "There is nothing here" in reply.text


def test_a_role_that_does_not_include_it_is_told_who_can_help(owner: object, client: Client) -> None:
    client.force_login(a_user(Role.STAFF))
    reply = client.get("/settings/log/")
    assert reply.status_code == 403
    assert "The owner can change what you may do" in reply.text


@override_settings(ROOT_URLCONF="regulars.web.tests.broken_urls")
def test_what_breaks_is_said_without_the_database_or_a_trace(owner: object) -> None:
    browser = Client(raise_request_exception=False)
    reply = browser.get("/breaks/")
    assert reply.status_code == 500
    assert "Something broke here" in reply.text
    assert "RuntimeError" not in reply.text


@override_settings(ROOT_URLCONF="regulars.web.tests.broken_urls")
def test_a_view_somebody_forgot_to_give_a_door_is_closed_to_the_owner_too(at_home: Client) -> None:
    assert at_home.get("/without-a-door/").status_code == 403
