"""Who stands in a list of sales and has bought nothing is in the book as a person, and no order is refused for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from regulars.intake.models import ImportRun
from regulars.intake.services import undo
from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.people.models import Email, Person
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
SHOP: list[dict[str, Any]] = [
    {
        "id": 1,
        "name": "Ann Abel",
        "email": "ann@x.example",
        "orders": [{"number": "A1", "date": "2026-05-03", "total": "12.50", "currency": "EUR"}],
    },
    {"id": 2, "name": "Bo Berg", "email": "bo@x.example", "orders": []},
    {"id": 3, "name": "Cy Cole", "email": "cy@x.example", "orders": None},
    {"id": 4, "name": "Di Dorn", "email": "di@x.example"},
]
JOINED = (
    "customer_id,name,email,city,order_number,order_date,total\n"
    "1,Ann Abel,ann@x.example,Bonn,A1,2026-05-03,12.50\n"
    "2,Bo Berg,bo@x.example,Kiel,,,\n"
    "3,Cy Cole,cy@x.example,Kiel,NULL,NULL,NULL\n"
    "1,Ann Abel,ann@x.example,Bonn,A2,2026-05-04,7.50\n"
)


@pytest.fixture(params=[False, True], ids=["small", "big"])
def how_large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big file is written by another way, with a process beside us."""
    if request.param:
        monkeypatch.setattr("regulars.intake.services.running.BIG_FILE_BYTES", 10)


def people() -> list[str]:
    return sorted(Person.objects.filter(is_bucket=False, erased_at=None).values_list("full_name", flat=True))


@pytest.mark.usefixtures("how_large")
def test_customers_without_orders_in_json_come_in_as_people(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, json.dumps(SHOP), "shop.json"))
    assert people() == ["Ann Abel", "Bo Berg", "Cy Cole", "Di Dorn"]
    assert (answer["people"], reasons(answer)) == ({"new": 4, "matched": 0, "refused": 0}, {})
    assert {name: answer["orders"][name] for name in ("new", "refused")} == {"new": 1, "refused": 0}
    assert answer["net_total"] == {"amount": "12.50", "currency": "EUR"}


@pytest.mark.usefixtures("how_large")
def test_rows_of_a_left_join_whose_order_is_empty_are_people_and_whoever_buys_elsewhere_is_one(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, JOINED + "1,Ann Abel,ann@x.example,Bonn,,,\n"))
    assert people() == ["Ann Abel", "Bo Berg", "Cy Cole"]
    assert (answer["people"]["new"], answer["orders"]["new"], reasons(answer)) == (3, 2, {})
    assert Order.objects.filter(person__full_name="Ann Abel").count() == 2
    assert Person.objects.get(full_name="Bo Berg").addresses.get().city == "Kiel"


@pytest.mark.usefixtures("how_large")
def test_the_same_again_matches_them_and_undo_takes_them_out(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, JOINED)
    taken_in(path)
    again = taken_in(path)
    assert (again["people"], again["orders"]["seen"]) == ({"new": 0, "matched": 3, "refused": 0}, 2)
    for run in ImportRun.objects.order_by("-pk"):
        undo(run)
    assert people() == []
    assert not Order.objects.exists()


@pytest.mark.usefixtures("how_large")
def test_a_list_in_which_nobody_has_bought_yet_brings_all_its_people(tmp_path: Path) -> None:
    a_business()
    rows = "".join(f"{n},P {n},p{n}@x.example,Kiel,,,\n" for n in range(1, 8))
    answer = taken_in(a_file(tmp_path, JOINED.partition("\n")[0] + "\n" + rows))
    assert (answer["people"]["new"], answer["orders"]["new"], answer["rows"]) == (7, 0, 7)
    assert answer["net_total"]["amount"] == "0.00"


def test_a_row_with_something_of_an_order_stays_refused_by_name(tmp_path: Path) -> None:
    a_business()
    rows = (
        "4,Di Dorn,di@x.example,Kiel,A4,,\n"
        "5,Ed Erb,ed@x.example,Kiel,,2026-05-05,\n"
        "6,Flo Fink,flo@x.example,Kiel,,,9.00\n"
    )
    answer = taken_in(a_file(tmp_path, JOINED + rows))
    assert {number: reason.split(" in ")[0] for number, reason in reasons(answer).items()} == {
        6: "There is no date",
        7: "There is no amount",
        8: "There is no date",
    }
    assert answer["orders"]["refused"] == 3
    assert answer["people"]["refused"] == 0
    assert not Email.objects.filter(address="di@x.example").exists()


def test_whoever_could_not_be_reached_is_named_among_the_people(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, JOINED + ",Nobody Known,,,,,\n,,,,,,\n5,Ed Erb,no address,,,,\n"))
    assert reasons(answer) == {
        6: "There is a name but no way to reach them: no e-mail address, phone number, postal address or customer number.",
        8: "“no address” is no e-mail address.",
    }
    assert (answer["people"]["refused"], answer["orders"]["refused"]) == (2, 0)


def test_sums_that_a_join_filled_with_nought_are_no_order(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, JOINED + "9,Ida Imm,ida@x.example,Kiel,,,0.00\n"))
    assert "Ida Imm" in people()
    assert reasons(answer) == {}


def test_what_a_shop_says_of_its_entry_on_a_customer_is_no_order(tmp_path: Path) -> None:
    a_business()
    entry = {"status": "active", "created_at": "2025-01-01T00:00:00Z", "orders_count": 0, "total_spent": "0.00"}
    answer = taken_in(a_file(tmp_path, json.dumps([{**entry, **one} for one in SHOP]), "shop.json"))
    assert (answer["people"]["new"], answer["orders"]["new"], reasons(answer)) == (4, 1, {})
    assert str(Order.objects.get().bought_on) == "2026-05-03"


@pytest.mark.parametrize("number", ["customer_id", "customerId", "client"])
def test_customers_beside_their_orders_are_put_together(tmp_path: Path, number: str) -> None:
    a_business()
    people_ = [{key: one[key] for key in ("id", "name", "email")} for one in SHOP]
    orders = [
        {"number": "A1", "date": "2026-05-03", "total": 12.5, number: 1},
        {"number": "A2", "date": "2026-05-04", "total": 7.5, number: None},
    ]
    answer = taken_in(a_file(tmp_path, json.dumps({"data": {"customers": people_, "orders": orders}}), "all.json"))
    assert people() == ["Ann Abel", "Bo Berg", "Cy Cole", "Di Dorn"]
    assert (answer["orders"]["new"], answer["net_total"]["amount"], reasons(answer)) == (2, "20.00", {})
    assert dict(Order.objects.values_list("reference", "person__full_name")) == {"A1": "Ann Abel", "A2": None}


def test_a_dump_writes_its_empty_cells_as_it_likes(tmp_path: Path) -> None:
    a_business()
    rows = "2,Bo Berg,bo@x.example,Kiel,\\N,\\N,\\N\n3,Cy Cole,cy@x.example,\\N,none,-,0\n"
    answer = taken_in(a_file(tmp_path, JOINED.partition("\n")[0] + "\n1,Ann,a@x.example,Bonn,A1,2026-05-03,1\n" + rows))
    assert (answer["people"]["new"], answer["orders"]["new"], reasons(answer)) == (3, 1, {})
