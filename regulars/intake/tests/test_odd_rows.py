"""Rows of totals, headers in the middle, third addresses, days without a year, one sale told by two files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.intake.staging import loading
from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.people.models import Note, Occasion, Person, PostalAddress
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
SALES = "Order Number,Date,Email,Total\n"


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Summe", "Grand total", "Gesamt", "Totale"])
@pytest.mark.parametrize("is_big", [False, True], ids=["small", "big"])
def test_a_row_of_totals_is_refused_as_one(
    tmp_path: Path, word: str, is_big: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BIG", 10 if is_big else 1 << 30)
    a_business()
    rows = f"1,2026-05-03,ann@x.example,10.00\n2,2026-05-04,bo@x.example,20.00\n{word},,,€30.00\n"
    answer = taken_in(a_file(tmp_path, SALES + rows))
    assert answer["net_total"]["amount"] == "30.00"
    assert (answer["rows"], reasons(answer)) == (3, {4: "This row holds totals, not a person or a sale."})


def test_somebody_whose_name_begins_like_a_sum_is_taken_in(tmp_path: Path) -> None:
    a_business()
    rows = "Summe Sommer,030 901820,s@x.example\nSuma,030 901821,suma@x.example\n"
    assert taken_in(a_file(tmp_path, "Name,Phone,Email\n" + rows))["people"]["new"] == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_header_in_the_middle_of_a_big_file_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(loading, "BIG", 10)
    a_business()
    text = "Name,Email\nAnn,ann@x.example\nName,Email\nBo,bo@x.example\n".replace("\n", ending)
    answer = taken_in(a_file(tmp_path, text))
    assert answer["people"]["new"] == 2
    assert reasons(answer) == {3: "This row is the header once more."}


def test_three_addresses_of_one_row_are_all_kept(tmp_path: Path) -> None:
    a_business()
    header = "First Name,Last Name,E-mail Address,Home Street,Home City,Business Street,Business City,Other Street,Other City\n"
    taken_in(a_file(tmp_path, header + "Ann,Abel,ann@x.example,Weg 1,Ulm,Platz 2,Bonn,Hof 3,Kiel\n"))
    places = PostalAddress.objects.order_by("pk").values_list("lines", "city")
    assert list(places) == [("Weg 1", "Ulm"), ("Platz 2", "Bonn"), ("Hof 3", "Kiel")]


def birthdays(folder: Path, text: str) -> tuple[dict[str, Any], set[tuple[int, int]]]:
    answer = taken_in(a_file(folder, text))
    return answer, set(Occasion.objects.values_list("day", "month"))


def test_a_day_without_a_year_takes_the_order_that_the_rest_of_the_file_proves(tmp_path: Path) -> None:
    a_business()
    text = "Name,Email,Birthday\nAnn,ann@x.example,05-03\nBo,bo@x.example,03-25\n"
    answer, days = birthdays(tmp_path, text)
    assert days == {(3, 5), (25, 3)}
    assert not answer["questions"]


@pytest.mark.parametrize(
    ("name", "day"), [("Birthday (MM/DD)", (3, 5)), ("Geburtstag (TT.MM.)", (5, 3)), ("Compleanno (GG/MM)", (5, 3))]
)
def test_the_name_of_the_column_tells_the_order(tmp_path: Path, name: str, day: tuple[int, int]) -> None:
    a_business()
    answer, days = birthdays(tmp_path, f"Name,Email,{name}\nAnn,ann@x.example,05/03\n")
    assert days == {day}
    assert not answer["questions"]


def test_where_nothing_tells_the_order_it_is_asked_once(tmp_path: Path) -> None:
    a_business()
    text = "Name,Email,Birthday,Anniversary\nAnn,ann@x.example,05/03,06/07\nBo,bo@x.example,04.02.,\n"
    answer, days = birthdays(tmp_path, text)
    assert days == {(5, 3), (6, 7), (4, 2)}
    assert [one["kind"] for one in answer["questions"]] == ["date_order"]


def test_customers_of_square_have_the_month_first(tmp_path: Path) -> None:
    a_business()
    text = "First Name,Last Name,Email Address,Birthday,Square Customer ID\nAnn,Abel,ann@x.example,05/03,AB12CD34\n"
    answer, days = birthdays(tmp_path, text)
    assert days == {(3, 5)}
    assert "date_order" not in {one["kind"] for one in answer["questions"]}


def test_a_zone_that_is_only_an_offset_is_kept_as_a_note(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nTZ:-05:00\nEND:VCARD\n", "card.vcf"))
    assert Note.objects.get().text == "Time zone as written: -05:00"
    assert Person.objects.get().zone == ""


MONEY = "Date,Time,Transaction ID,Customer ID,Customer Name,Tax,Total Collected,Net Total\n"
THINGS = "Date,Time,Item,Qty,SKU,Transaction ID,Customer ID,Customer Name,Net Sales\n"
TRANSACTIONS = MONEY + "05/03/2026,10:00:00,T1,C1,Ann Abel,1.90,$11.90,$11.90\n"
ITEMS = THINGS + "05/03/2026,10:00:00,Tea,1,,T1,C1,Ann Abel,$10.00\n05/03/2026,11:00:00,Cup,1,,T2,C1,Ann Abel,$5.00\n"


@pytest.mark.parametrize("money_first", [True, False], ids=["transactions first", "items first"])
def test_a_sale_told_by_two_files_of_square_counts_once_as_the_first_told_it(tmp_path: Path, money_first: bool) -> None:
    a_business("EUR")
    files = [a_file(tmp_path, TRANSACTIONS, "transactions.csv"), a_file(tmp_path, ITEMS, "items.csv")]
    first, second = files if money_first else files[::-1]
    options: dict[str, Any] = {"currency": "EUR", "date_order": "mdy"}
    assert taken_in(first, **options)["orders"]["refused"] == 0
    before = dict(Order.objects.values_list("reference", "paid_amount"))
    answer = taken_in(second, **options)
    after = dict(Order.objects.values_list("reference", "paid_amount"))
    assert {key: after[key] for key in before} == before
    assert answer["orders"]["updated"] == 0
    assert set(after) == {"T1", "T2"}
    told = next(one for one in answer["questions"] if one["kind"] == "told_before")
    assert first.name in told["text"]
    again = taken_in(first, **options)
    assert (again["orders"]["new"], again["orders"]["updated"]) == (0, 0)
