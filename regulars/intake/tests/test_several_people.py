"""One order number beside which several people stand: nobody is lost, and the owner is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.intake.models import ImportRun, Question
from regulars.intake.services import undo
from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.people.models import Email, Person, Phone
from regulars.purchases.models import Order, OrderLine

pytestmark = pytest.mark.django_db
HEADER = "Order,Date,Email,Name,Phone,Total,Item,Price\n"
TWO = (
    "1001,2026-05-03,ann@x.example,Ann Abel,,30.00,Scarf,20.00\n"
    "1001,,,,,,Cup,5.00\n"
    "1001,2026-05-03,bo@x.example,Bo Berg,+49 30 901820,,Tea,5.00\n"
    "1002,2026-05-04,cy@x.example,Cy Cole,,7.00,Tea,7.00\n"
)


@pytest.fixture(params=[False, True], ids=["small", "big"])
def how_large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big file is written by another way, with a process beside us."""
    if request.param:
        monkeypatch.setattr("regulars.intake.services.running.BIG_FILE_BYTES", 10)


def told(answer: dict[str, Any]) -> str:
    return next((str(one["text"]) for one in answer["questions"] if one["kind"] == "several_people"), "")


@pytest.mark.usefixtures("how_large")
def test_the_order_counts_for_the_first_and_the_second_is_in_the_book_as_a_person(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, HEADER + TWO))
    order = Order.objects.get(reference="1001")
    assert order.person is not None
    assert (order.person.full_name, str(order.paid_amount.normalize())) == ("Ann Abel", "3E+1")
    assert list(OrderLine.objects.filter(order=order).order_by("position").values_list("name", flat=True)) == [
        *("Scarf", "Cup", "Tea")
    ]
    assert set(Email.objects.values_list("address", "person__full_name")) == {
        *(("ann@x.example", "Ann Abel"), ("bo@x.example", "Bo Berg"), ("cy@x.example", "Cy Cole"))
    }
    assert Phone.objects.get().person.full_name == "Bo Berg"
    assert (answer["people"]["new"], answer["orders"]["new"], reasons(answer)) == (3, 2, {})
    assert "1001 (row 4: bo@x.example)" in told(answer)


@pytest.mark.usefixtures("how_large")
def test_the_same_file_again_changes_nothing_and_undo_takes_all_three_out(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, HEADER + TWO)
    taken_in(path)
    again = taken_in(path)
    assert (again["people"], again["orders"]["seen"]) == ({"new": 0, "matched": 3, "refused": 0}, 2)
    for run in ImportRun.objects.order_by("-pk"):
        undo(run)
    assert not Person.objects.filter(is_bucket=False, erased_at=None).exists()


def test_whoever_buys_under_another_number_too_is_one_person_with_that_order(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, HEADER + TWO + "1003,2026-05-05,bo@x.example,Bo Berg,,9.00,Tea,9.00\n"))
    bo = Person.objects.get(emails__address="bo@x.example")
    assert [one.reference for one in Order.objects.filter(person=bo)] == ["1003"]
    assert answer["people"]["new"] == 3
    assert "1001 (row 4: bo@x.example)" in told(answer)


def test_two_customers_by_number_are_told_apart_and_two_addresses_of_one_number_are_one_person(tmp_path: Path) -> None:
    a_business()
    rows = (
        "7,2026-05-03,C1,ann@x.example,5.00\n7,2026-05-03,C2,bo@x.example,5.00\n"
        "8,2026-05-03,C3,cy@x.example,6.00\n8,2026-05-03,C3,cy@work.example,6.00\n"
    )
    answer = taken_in(a_file(tmp_path, "Order,Date,Customer ID,Email,Total\n" + rows))
    assert answer["people"]["new"] == 3
    assert told(answer).startswith("1 order names more than one person: 7 (row 3: bo@x.example).")
    assert Person.objects.get(emails__address="cy@work.example").emails.count() == 2


def test_two_names_without_any_address_are_two_people(tmp_path: Path) -> None:
    a_business()
    rows = (
        "7,2026-05-03,Ann Abel,5.00\n7,2026-05-03,Bo Berg,5.00\n8,2026-05-03,Cy Cole,5.00\n8,2026-05-03,CY COLE,5.00\n"
    )
    answer = taken_in(a_file(tmp_path, "Order,Date,Name,Total\n" + rows))
    assert sorted(Person.objects.filter(is_bucket=False).values_list("full_name", flat=True)) == [
        *("Ann Abel", "Bo Berg", "Cy Cole")
    ]
    assert "7 (row 3: Bo Berg)" in told(answer)


def test_an_order_that_is_refused_names_every_row_and_takes_nobody_in(tmp_path: Path) -> None:
    a_business()
    rows = "7,someday,ann@x.example,5.00\n7,,bo@x.example,5.00\n8,2026-05-03,cy@x.example,6.00\n"
    answer = taken_in(a_file(tmp_path, "Order,Date,Email,Total\n" + rows))
    assert set(reasons(answer)) == {2, 3}
    assert not Email.objects.filter(address="bo@x.example").exists()


def test_many_such_orders_are_told_in_one_sentence(tmp_path: Path) -> None:
    a_business()
    rows = "".join(f"{n},2026-05-03,a{n}@x.example,5.00\n{n},2026-05-03,b{n}@x.example,\n" for n in range(30))
    answer = taken_in(a_file(tmp_path, "Order,Date,Email,Total\n" + rows))
    assert answer["people"]["new"] == 60
    assert told(answer).startswith("30 orders name more than one person: 0 (row 3: b0@x.example); ")
    assert "20 more" in told(answer)
    assert Question.objects.filter(kind="several_people").count() == 1
