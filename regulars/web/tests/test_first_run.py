from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.kit.business import Business, business
from regulars.kit.errors import Refusal
from regulars.kit.services import set_up_business
from regulars.staff.models import User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import PASSWORD
from regulars.web import services
from regulars.web.tests.builders import NEW_HOUSE, an_open_house

TYPED = {
    "business_name": "Maya's Boutique",
    "owner_name": "Maya Keller",
    "email": "Maya@example.com",
    "password": PASSWORD,
    "country": "CH",
    "zone": "Europe/Zurich",
    "currency": "CHF",
    "language": "en",
}


@pytest.mark.django_db
def test_an_empty_house_leads_to_the_first_run_and_offers_no_other_way_in(client: Client) -> None:
    assert client.get("/")["Location"] == "/first-run/"
    assert client.get("/sign-in/")["Location"] == "/first-run/"
    assert client.get("/settings/")["Location"].startswith("/sign-in/")


@pytest.mark.django_db
def test_the_browser_says_where_the_shop_is_and_the_form_believes_it_at_first(client: Client) -> None:
    page = client.get("/first-run/", headers={"Accept-Language": "de-CH,de;q=0.9"})
    assert '<option value="CH" selected data-currency="CHF">' in page.text
    assert '<option value="CHF" selected>' in page.text
    assert '<option value="de" selected>' in page.text


@pytest.mark.django_db
def test_one_post_opens_the_house_and_lets_the_owner_in(client: Client) -> None:
    reply = client.post("/first-run/", TYPED)
    assert reply["Location"] == "/begin/"
    shop = business()
    assert (shop.name, shop.zone, shop.currency, shop.country) == ("Maya's Boutique", "Europe/Zurich", "CHF", "CH")
    owner = User.objects.get()
    assert (owner.email, owner.role, owner.display_name) == ("maya@example.com", Role.OWNER, "Maya Keller")
    page = client.get("/begin/")
    assert "Take in a file" in page.text
    assert "bin/demo" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"email": "nobody"},
        {"zone": "Mars/Olympus"},
        {"currency": "XXX"},
        {"country": ""},
        {"business_name": "   "},
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_nothing_is_half_done(client: Client, wrong: dict[str, str]) -> None:
    reply = client.post("/first-run/", TYPED | wrong)
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == list(wrong)
    assert not User.objects.exists()
    assert not Business.objects.exists()


@pytest.mark.django_db
def test_who_comes_second_is_told_so_kindly(client: Client) -> None:
    an_open_house()
    assert client.get("/first-run/").status_code == 302
    reply = client.post("/first-run/", TYPED | {"email": "eve@example.com", "business_name": "Eve's"})
    assert reply.status_code == 422
    assert "Somebody has just set this up" in reply.text
    assert User.objects.count() == 1
    assert "_auth_user_id" not in client.session


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_several_who_open_the_house_at_once_one_succeeds_whole(in_threads: Callable[..., list[Any]]) -> None:
    def ask(number: int) -> User:
        mine = {"email": f"asker{number}@example.com", "business_name": f"Shop {number}"}
        return services.open_house(services.NewHouse(**{**vars(NEW_HOUSE), **mine}))

    results = in_threads(4, ask)
    assert sum(isinstance(result, Refusal) for result in results) == 3
    winner = next(number for number, result in enumerate(results) if isinstance(result, User))
    assert Business.objects.get().name == f"Shop {winner}"
    assert User.objects.get().email == f"asker{winner}@example.com"


@pytest.mark.django_db
def test_a_business_that_the_terminal_made_is_taken_over_and_named(client: Client) -> None:
    set_up_business(name="My business", zone="UTC", currency="EUR")
    assert client.get("/")["Location"] == "/first-run/"
    client.post("/first-run/", TYPED)
    assert Business.objects.get().name == "Maya's Boutique"
    assert User.objects.get().email == "maya@example.com"
