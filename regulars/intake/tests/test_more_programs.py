"""Invented sales in the layouts of more tills, shops, payment services and bookkeeping programs, counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from regulars.intake.reading import excel
from regulars.intake.services import ImportOptions, import_files
from regulars.intake.tests.builders import a_business, a_file, a_workbook, reasons, taken_in
from regulars.intake.values import dates
from regulars.people.models import Email, Person
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
LAYOUTS = Path(__file__).parent / "layouts"

# file: currency, country, zone, then orders, cancelled ones among them, people, lines, refunds, net total, rows refused
SALES: dict[str, tuple[str, str, str, int, int, int, int, int, str, list[int]]] = {
    "paypal_statement_de.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 2, 0, 1, "1209.00", [4, 5, 6, 8, 9]),
    "paypal_statement_en.csv": ("USD", "US", "America/Los_Angeles", 2, 0, 2, 0, 0, "70.00", [3]),
    "paypal_fr.csv": ("EUR", "FR", "Europe/Paris", 1, 0, 1, 1, 1, "1200.00", [4, 5, 6, 7]),
    "paypal_es.csv": ("EUR", "ES", "Europe/Madrid", 1, 0, 1, 1, 1, "1200.00", [4, 5, 6, 7]),
    "amazon_orders.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 2, 3, 0, "69.90", []),
    "amazon_all_orders.csv": ("EUR", "DE", "Europe/Berlin", 2, 1, 0, 2, 0, "34.90", [4]),
    "lightspeed.csv": ("EUR", "DE", "Europe/Berlin", 3, 1, 1, 4, 0, "65.00", []),
    "sumup_en.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 0, 2, 1, "45.00", [4]),
    "sumup_de.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 0, 2, 0, "50.00", [4]),
    "shopware.csv": ("EUR", "DE", "Europe/Berlin", 2, 1, 2, 0, 0, "119.00", [3]),
    "bigcommerce.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 2, 0, 1, "105.00", [4]),
    "wix.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 2, 3, 1, "67.00", [5]),
    "squarespace.csv": ("USD", "US", "America/New_York", 2, 1, 2, 3, 1, "45.00", []),
    "ebay.csv": ("USD", "US", "America/New_York", 2, 0, 2, 4, 0, "60.00", [9, 10]),
    "woo_csv_suite.csv": ("EUR", "DE", "Europe/Berlin", 2, 1, 2, 3, 1, "35.90", [5]),
    "etsy_refund.csv": ("EUR", "DE", "Europe/Berlin", 2, 0, 2, 0, 1, "61.30", []),
    "quickbooks.csv": ("USD", "US", "America/New_York", 2, 0, 2, 0, 1, "60.00", [7, 9, 10, 12, 13, 15]),
    "xero_invoices.csv": ("GBP", "GB", "Europe/London", 2, 1, 2, 3, 1, "36.00", [4]),
    "lexoffice.csv": ("EUR", "DE", "Europe/Berlin", 2, 1, 2, 0, 1, "1000.00", [3, 4, 7]),
    "arabic_sales.csv": ("AED", "AE", "Asia/Dubai", 2, 0, 2, 0, 0, "1358.00", []),
    "acuity.csv": ("USD", "US", "America/New_York", 2, 0, 2, 0, 0, "135.00", []),
    "fresha.csv": ("GBP", "GB", "Europe/London", 2, 0, 2, 3, 0, "100.00", []),
    "clover.csv": ("USD", "US", "America/New_York", 2, 0, 0, 0, 1, "38.20", [4]),
    "woo_api.json": ("EUR", "DE", "Europe/Berlin", 1, 0, 1, 2, 1, "30.00", [2]),
    "shopify_api.json": ("EUR", "DE", "Europe/Berlin", 1, 0, 1, 1, 1, "42.00", [2]),
}  # fmt: skip


@pytest.mark.parametrize("name", SALES)
def test_every_sale_counts_once_and_every_row_that_is_none_says_why(name: str) -> None:
    currency, country, zone, orders, cancelled, people, lines, refunds, net, refused = SALES[name]
    a_business(currency, country=country, zone=zone)
    answer = taken_in(LAYOUTS / name)
    assert (answer["orders"]["new"], answer["orders"]["cancelled"], answer["people"]["new"]) == (
        *(orders, cancelled),
        people,
    )
    assert (answer["lines"], answer["refunds"]) == (lines, refunds)
    assert answer["net_total"] == {"amount": net, "currency": currency}
    assert sorted(reasons(answer)) == refused
    again = taken_in(LAYOUTS / name)
    assert (again["orders"]["new"], again["orders"]["updated"], again["people"]["new"]) == (0, 0, 0)


def test_the_shops_own_address_in_every_row_makes_it_no_customer() -> None:
    a_business()
    taken_in(LAYOUTS / "sumup_en.csv")
    assert not Person.objects.here().exists()
    assert not Email.objects.exists()


def test_an_estimate_is_named_as_what_it_is() -> None:
    a_business("USD", country="US", zone="America/New_York")
    told = reasons(taken_in(LAYOUTS / "quickbooks.csv"))
    assert "Estimate" in told[9]
    assert "Payment" in told[7]


def test_a_list_of_payments_alone_is_a_list_of_sales(tmp_path: Path) -> None:
    a_business()
    text = "Date,Type,Email,Amount\n2026-02-03,Payment,a@x.example,10\n2026-02-04,Refund,a@x.example,4\n"
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["orders"]["new"], answer["refunds"], answer["net_total"]["amount"]) == (1, 1, "6.00")


def test_titles_above_a_tills_report_and_totals_below_it_are_no_sales(tmp_path: Path) -> None:
    a_business()
    rows: list[list[str | float | date]] = [
        ["Sales report"],
        ["Period", "2026-02-01 - 2026-02-28"],
        [],
        ["Date", "Receipt number", "VAT 19%", "Total", "Tip", "Payment method", "Staff"],
        ["2026-02-03 10:00", 71, 3.19, 20, 0, "Card", "Eva"],
        ["2026-02-04 10:00", 72, 4.79, 30, 0, "Cash", "Eva"],
        ["Total", "", 7.98, 50, 0],
    ]
    answer = taken_in(a_workbook(tmp_path, {"Report": rows}))
    assert (answer["orders"]["new"], answer["net_total"]["amount"]) == (2, "50.00")
    assert list(reasons(answer)) == [7]


def test_cells_merged_over_the_lines_of_an_order_belong_to_each_of_them(tmp_path: Path) -> None:
    a_business()
    path = a_workbook(
        tmp_path,
        {
            "Orders": [
                ["Order no.", "Date", "E-mail", "Product", "Line total"],
                ["A-1", "03.02.2026", "ann@x.example", "Cup", 30],
                ["", "", "", "Bowl", 20],
                ["A-2", "14.02.2026", "bo@x.example", "Cup", 15],
            ]
        },
    )
    _merge(path, "A2:A3", "B2:B3", "C2:C3")
    answer = taken_in(path)
    assert (answer["orders"]["new"], answer["lines"], answer["net_total"]["amount"]) == (2, 3, "65.00")
    assert answer["refused_rows"] == []
    assert Order.objects.get(reference="A-1").lines.count() == 2


def test_cells_merged_side_by_side_stay_one() -> None:
    assert excel.with_merged([["Title", ""], ["a", "b"]], [((0, 0), (0, 1))]) == [["Title", ""], ["a", "b"]]


def _merge(path: Path, *ranges: str) -> None:
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/"))
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    parts[sheet] = parts[sheet].replace(b"</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>".encode())
    with ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)


def test_a_zone_that_begins_like_a_half_of_the_day_is_a_zone() -> None:
    found = dates.parse("2/3/2026 10:00:00 America/Los_Angeles", "mdy")
    assert found is not None
    assert found.at is not None
    assert (found.on, found.at.hour, str(found.at.tzinfo)) == (date(2026, 2, 3), 10, "America/Los_Angeles")


def test_a_dry_run_says_of_a_till_what_a_real_one_does() -> None:
    a_business()
    dry = import_files([LAYOUTS / "lightspeed.csv"], ImportOptions(is_dry_run=True))["files"][0]
    assert (dry["orders"]["new"], dry["net_total"]["amount"], Order.objects.count()) == (3, "65.00", 0)
