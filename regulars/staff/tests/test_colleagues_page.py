from __future__ import annotations

import pytest
from django.test import Client

from regulars.staff import services
from regulars.staff.models import User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db

BO = {"display_name": "Bo", "email": "bo@example.com", "role": "staff"}


def test_the_owner_adds_a_colleague_and_is_shown_a_link_that_works(client: Client) -> None:
    client.force_login(an_owner())
    page = client.post("/settings/staff/", BO)
    assert page.status_code == 200
    link = page.context["fresh_link"]
    assert link in page.text
    assert Client().get(link).status_code == 200
    assert User.objects.get(email="bo@example.com").role == Role.STAFF


def test_a_link_made_on_this_very_computer_says_that_it_opens_only_there(client: Client) -> None:
    client.force_login(an_owner())
    here = client.post("/settings/staff/", BO, headers={"Host": "localhost:8000"})
    assert "on this computer only" in here.text
    cy = {**BO, "email": "cy@example.com"}
    there = client.post("/settings/staff/", cy, headers={"Host": "192.168.1.20:8000"})
    assert "on this computer only" not in there.text
    assert there.context["fresh_link"].startswith("http://192.168.1.20:8000/welcome/")


def test_adding_somebody_twice_is_refused_at_the_field(client: Client) -> None:
    client.force_login(an_owner())
    client.post("/settings/staff/", BO)
    again = client.post("/settings/staff/", BO)
    assert again.status_code == 422
    assert "already works here" in again.text
    assert User.objects.filter(email="bo@example.com").count() == 1


def test_a_manager_sees_who_works_here_and_changes_nothing(client: Client) -> None:
    bo = a_user(name="Bo")
    client.force_login(a_user(Role.MANAGER))
    page = client.get("/settings/staff/")
    assert page.status_code == 200
    assert "Add a colleague" not in page.text
    assert client.post("/settings/staff/", BO).status_code == 403
    assert client.post(f"/settings/staff/{bo.pk}/roles/", {"role": "owner"}).status_code == 403
    bo.refresh_from_db()
    assert bo.role == Role.STAFF


def test_a_role_is_changed_and_the_last_owner_is_kept_with_a_sentence(client: Client) -> None:
    owner, bo = an_owner(), a_user(name="Bo")
    client.force_login(owner)
    page = client.post(f"/settings/staff/{bo.pk}/roles/", {"role": "manager"}, follow=True)
    assert "Bo is now: Manager." in page.text
    page = client.post(f"/settings/staff/{owner.pk}/roles/", {"role": "staff"}, follow=True)
    assert "only owner" in page.text
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(client: Client) -> None:
    bo, elsewhere = a_user(name="Bo"), Client()
    elsewhere.force_login(bo)
    client.force_login(an_owner())
    client.post(f"/settings/staff/{bo.pk}/closings/")
    assert elsewhere.get("/settings/account/").status_code == 302
    assert client.post(f"/settings/staff/{bo.pk}/links/").status_code == 422
    client.post(f"/settings/staff/{bo.pk}/openings/")
    bo.refresh_from_db()
    assert bo.is_active


def test_a_colleague_who_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(an_owner())
    for word in ("roles", "closings", "openings", "links"):
        assert client.post(f"/settings/staff/999999/{word}/").status_code == 404


def test_the_page_asks_the_same_few_questions_for_ten_colleagues_as_for_one(
    client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(an_owner())
    for number in range(10):
        services.add_staff(email=f"more{number}@example.com", display_name=f"More {number}", role="staff")
    client.get("/settings/staff/")  # what the frame counts is then kept
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert client.get("/settings/staff/").status_code == 200
