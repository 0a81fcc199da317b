"""What a careful person would make of files that machines stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.intake.services import ImportOptions, import_files
from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.people.models import Person
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
HEADER = "Order,Date,Email,Total\n"
BY_YEAR = (
    "1,2025-01-03,ann@x.example,10.00\n2,2025-01-04,bo@x.example,20.00\n",
    "1,2026-01-03,cy@x.example,30.00\n2,2026-01-05,ann@x.example,40.00\n",
)


@pytest.fixture(params=[False, True], ids=["small", "big"])
def how_large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big file is written by another way, with a process beside us."""
    if request.param:
        monkeypatch.setattr("regulars.intake.services.running.BIG_FILE_BYTES", 10)


def orders() -> dict[str, tuple[str, str]]:
    """Who bought, and for how much, by the number of the order."""
    rows = Order.objects.values_list("reference", "person__emails__address", "paid_amount")
    return {number: (who or "", f"{paid:.2f}") for number, who, paid in rows}


def names() -> list[str]:
    return sorted(Person.objects.filter(is_bucket=False).values_list("full_name", flat=True))


def test_line_breaks_of_windows_inside_quotes_are_part_of_the_cell(tmp_path: Path) -> None:
    a_business()
    text = (
        'Order,Date,Email,Total,Note\r\nA1,2026-05-03,ann@x.example,10,"one\r\nsaid ""two"""\r\n'
        "A2,2026-05-04,bo@x.example,20,\r\n"
    )
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["orders"]["new"], reasons(answer)) == (2, {})
    assert Order.objects.get(reference="A1").note.splitlines() == ["one", 'said "two"']


@pytest.mark.usefixtures("how_large")
def test_a_row_without_a_number_among_others_is_known_again_wherever_a_newer_export_puts_it(tmp_path: Path) -> None:
    a_business()
    rows = ",2026-05-04,bo@x.example,50.00\n,2026-05-05,cy@x.example,20.00\n,2026-05-05,cy@x.example,20.00\n"
    taken_in(a_file(tmp_path, HEADER + "A1,2026-05-03,ann@x.example,10.00\n" + rows))
    answer = taken_in(a_file(tmp_path, HEADER + "A0,2026-05-02,di@x.example,9.00\n" + rows, "newer.csv"))
    assert {name: answer["orders"][name] for name in ("new", "seen", "updated")} == {"new": 1, "seen": 3, "updated": 0}
    assert Order.objects.filter(person__emails__address="bo@x.example").count() == 1
    assert Order.objects.filter(person__emails__address="cy@x.example").count() == 2


@pytest.mark.usefixtures("how_large")
def test_a_number_used_again_in_another_year_is_another_order(tmp_path: Path) -> None:
    a_business()
    expected = {
        "1": ("ann@x.example", "10.00"),
        "2": ("bo@x.example", "20.00"),
        "1 (2026)": ("cy@x.example", "30.00"),
        "2 (2026)": ("ann@x.example", "40.00"),
    }
    for year in BY_YEAR:
        answer = taken_in(a_file(tmp_path, HEADER + year))
        assert (answer["orders"]["new"], answer["orders"]["updated"]) == (2, 0)
    assert orders() == expected
    again = taken_in(a_file(tmp_path, HEADER + BY_YEAR[1]))
    assert again["orders"]["seen"] == 2
    both = taken_in(a_file(tmp_path, HEADER + "".join(BY_YEAR)))
    assert (both["orders"]["seen"], both["orders"]["new"]) == (4, 0)
    assert orders() == expected


def test_a_day_that_was_read_the_wrong_way_round_is_put_right_and_no_order_doubled(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, HEADER + "1,01/12/2026,ann@x.example,10.00\n")
    taken_in(path, date_order="mdy")
    answer = taken_in(path, date_order="dmy")
    assert answer["orders"]["updated"] == 1
    assert str(Order.objects.get().bought_on) == "2026-12-01"


CUSTOMERS = "Customer ID,Name,Email\n1,Ann Abel,ann@x.example\n2,Bo Berg,bo@x.example\n"
SALES = "Order,Date,Customer ID,Total\nA1,2026-05-03,1,10.00\nA2,2026-05-04,2,20.00\n"


@pytest.mark.usefixtures("how_large")
@pytest.mark.parametrize("is_turned", [False, True], ids=["people first", "sales first"])
def test_sales_that_name_customers_by_number_find_them_in_the_list_of_customers(
    tmp_path: Path, *, is_turned: bool
) -> None:
    a_business()
    files = [a_file(tmp_path, CUSTOMERS, "people.csv"), a_file(tmp_path, SALES, "sales.csv")]
    answers = [taken_in(path) for path in (reversed(files) if is_turned else files)]
    assert (answers[0]["people"]["new"], answers[1]["people"]["matched"]) == (2, 2)
    assert orders() == {"A1": ("ann@x.example", "10.00"), "A2": ("bo@x.example", "20.00")}
    assert names() == ["Ann Abel", "Bo Berg"]
    assert "kin" in {one["kind"] for one in answers[1]["questions"]}


def test_a_bare_id_is_that_of_whom_the_file_is_called_after(tmp_path: Path) -> None:
    a_business()
    people = a_file(tmp_path, CUSTOMERS.replace("Customer ID", "id"), "customers.csv")
    sales = a_file(tmp_path, SALES.replace("Customer ID", "customer_id"), "sales.csv")
    import_files([people, sales], ImportOptions())
    assert orders() == {"A1": ("ann@x.example", "10.00"), "A2": ("bo@x.example", "20.00")}


def test_numbers_of_two_lists_that_both_tell_who_people_are_mean_nothing_to_each_other(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, CUSTOMERS, "till.csv"))
    sales = "Order,Date,Customer ID,Name,Total\nA1,2026-05-03,1,Zoe Zimt,10.00\n"
    answer = taken_in(a_file(tmp_path, sales, "web.csv"))
    assert names() == ["Ann Abel", "Bo Berg", "Zoe Zimt"]
    assert "kin" not in {one["kind"] for one in answer["questions"]}


def test_a_bare_dollar_is_no_euro(tmp_path: Path) -> None:
    a_business()
    rows = "A1,2026-05-03,ann@x.example,EUR 10.00\nA2,2026-05-03,bo@x.example,$12.00\n"
    answer = taken_in(a_file(tmp_path, HEADER + rows))
    assert answer["net_total"] == {"amount": "10.00", "currency": "EUR"}
    assert "paid in USD" in reasons(answer)[3]


def test_a_bare_dollar_is_the_business_s_own_where_it_counts_in_dollars(tmp_path: Path) -> None:
    a_business("CAD", country="CA", zone="America/Toronto")
    answer = taken_in(a_file(tmp_path, HEADER + "A1,2026-05-03,ann@x.example,$12.00\n"))
    assert answer["net_total"] == {"amount": "12.00", "currency": "CAD"}


def test_what_was_said_of_the_whole_file_holds_for_its_dollars(tmp_path: Path) -> None:
    a_business("AUD", country="AU", zone="Australia/Sydney")
    answer = taken_in(a_file(tmp_path, HEADER + "A1,2026-05-03,ann@x.example,$12.00\n"), currency="NZD")
    assert answer["net_total"] == {"amount": "12.00", "currency": "NZD"}


CASES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "letters of a web page": (
        "Order,Date,Name,Email,Total\nA1,2026-05-03,O&#39;Neil&nbsp;&amp; S&ouml;hne,ann@x.example,1\nA2,2026-05-04,&lt;b&gt;,bo@x.example,1\n",
        {"O'Neil & Söhne": ("2026-05-03", "1.00"), "&lt;b&gt;": ("2026-05-04", "1.00")},
    ),
    "nothing to be seen": (
        "\ufeffOr\u200bder,Date,Name,E\u2011mail,Total\n\u200bA1,2026\u201105\u201103,\u200eAnn Abel\u200b,a@x.example,10\u00a0.00\n",
        {"Ann Abel": ("2026-05-03", "10.00")},
    ),
    "days of the week": (
        "Order,Date,Name,Total\nA1,2026-W12-3,Ann,1\nA2,2026W125,Bo,2\nA3,2026-W12,Cy,3\n",
        {"Ann": ("2026-03-18", "1.00"), "Bo": ("2026-03-20", "2.00")},
    ),
    "rupees": (
        'Order,Date,Name,Total\nA1,03-05-2026,Ann,"₹ 1,23,456.00"\nA2,13-05-2026,Bo,"Rs. 2,000.50/-"\n',
        {"Ann": ("2026-05-03", "123456.00"), "Bo": ("2026-05-13", "2000.50")},
    ),
    "a header in two rows": (
        "Order,Customer,,Order,\nNumber,Name,E-mail,Date,Total\nA1,Ann,ann@x.example,2026-05-03,12.50\n",
        {"Ann": ("2026-05-03", "12.50")},
    ),
    "a discount in percent": (
        "Order,Date,Name,Total,Discount amount\nA1,2026-05-03,Ann,90.00,10%\nA2,2026-05-04,Bo,50.00,5.00\n",
        {"Ann": ("2026-05-03", "90.00"), "Bo": ("2026-05-04", "50.00")},
    ),
    "Norwegian": (
        "Ordrenr;Dato;Navn;E-post;Beløp\n1;03.05.2026;Ann;ann@x.example;1.234,50\n2;14.05.2026;Bo;b@x.example;99,-\n",
        {"Ann": ("2026-05-03", "1234.50"), "Bo": ("2026-05-14", "99.00")},
    ),
    "in columns": (
        "Order   Date        Name   Email           Total\nA1      2026-05-03  Ann    a@x.example     10.00\n"
        "A2      2026-05-04  Bo     b@x.example     20.00\n",
        {"Ann": ("2026-05-03", "10.00"), "Bo": ("2026-05-04", "20.00")},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_read_as_it_is_meant(tmp_path: Path, case: str) -> None:
    a_business()
    text, expected = CASES[case]
    taken_in(a_file(tmp_path, text))
    rows: Any = Order.objects.values_list("person__full_name", "bought_on", "paid_amount")
    assert {name: (str(on), f"{paid:.2f}") for name, on, paid in rows} == expected
