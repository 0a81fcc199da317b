"""Orders that count as none, and visits without money: neither is told for what it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import a_business, a_new_order, a_refund
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Basis, Standing
from regulars.standings.services import grade_everyone
from regulars.standings.tests.builders import TODAY, many_people, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def _buys(person: Person, *, refund: str = "", is_cancelled: bool = False) -> None:
    on = TODAY - timedelta(days=20)
    refunds = (a_refund(refund, on),) if refund else ()
    purchases.record_orders([a_new_order(person, "30.00", on, refunds=refunds, is_cancelled=is_cancelled)])


@pytest.mark.parametrize(("is_cancelled", "says"), [(False, "Got their money back"), (True, "Has not bought yet")])
def test_the_page_of_somebody_without_a_purchase_that_stood_says_which_it_was(is_cancelled: bool, says: str) -> None:
    a_business()
    ann = somebody()
    _buys(ann, refund="" if is_cancelled else "30.00", is_cancelled=is_cancelled)
    grade_everyone(TODAY)
    assert Standing.objects.get(person=ann).basis == Basis.CONTACT
    client = Client()
    client.force_login(a_user(Role.OWNER))
    page = client.get(f"/people/{ann.pk}/").text
    assert says in page
    assert ("Has not bought yet" in page) == (says == "Has not bought yet")


def test_pages_of_visits_without_money_say_so_and_show_no_amount_and_no_grade_of_it() -> None:
    a_business()
    ids = many_people(24)
    for number, person in enumerate(Person.objects.filter(pk__in=ids).order_by("pk")):
        visits(person, [7 * (step + 1) for step in range(number % 6 + 1)], paid="0")
    grade_everyone(TODAY)
    client = Client()
    client.force_login(a_user(Role.OWNER))
    for number in ids[:4]:
        page = client.get(f"/people/{number}/").text
        assert "not noted" in page
        assert "How often" in page
        assert "How much" not in page
    assert "Nobody noted what the visits brought" in client.get("/groups/value/").text
    for page in ("/groups/", "/groups/slipping/", "/groups/retention/", "/groups/room/", "/groups/certainty/"):
        assert client.get(page).status_code == 200
