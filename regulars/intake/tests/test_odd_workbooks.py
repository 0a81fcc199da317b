"""What workbooks, Parquet and bookkeeping do that no CSV can: hidden sheets, other calendars, formulas, size without end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb
import pytest

from regulars.intake.reading import excel, parquet
from regulars.intake.services import import_files
from regulars.intake.staging import loading
from regulars.intake.tests.builders import a_business, a_file, a_workbook, taken_in
from regulars.kit.errors import Refusal
from regulars.people.models import Email, Person, PersonKind
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
HEADER: list[str | float | date] = ["Order", "Date", "Email", "Total"]


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """The same workbook with one thing in one part written otherwise."""
    other = path.with_name(f"changed-{path.name}")
    with ZipFile(path) as book, ZipFile(other, "w") as out:
        for one in book.namelist():
            text = book.read(one).decode()
            assert one != part or old in text
            out.writestr(one, text.replace(old, new) if one == part else text)
    return other


def a_list(*rows: list[str | float | date]) -> list[list[str | float | date]]:
    return [HEADER, *rows]


def test_a_hidden_sheet_is_left_out_and_named(tmp_path: Path) -> None:
    a_business()
    sheets = {"Old": a_list(["9", date(2020, 1, 1), "old@x.example", 99.0]), "May": a_list(["1", date(2026, 5, 3), "ann@x.example", 20.0])}  # fmt: skip
    path = changed(
        a_workbook(tmp_path, sheets), "xl/workbook.xml", '<sheet name="Old"', '<sheet state="hidden" name="Old"'
    )
    answer = import_files([path])["files"]
    assert [one["net_total"]["amount"] for one in answer] == ["20.00"]
    assert ["Old" in one["text"] for one in answer[0]["questions"] if one["kind"] == "hidden_sheets"] == [True]
    assert taken_in(path, sheet="Old")["net_total"]["amount"] == "99.00"


def test_a_workbook_of_hidden_sheets_alone_is_read(tmp_path: Path) -> None:
    a_business()
    path = a_workbook(tmp_path, {"May": a_list(["1", date(2026, 5, 3), "ann@x.example", 20.0])})
    path = changed(path, "xl/workbook.xml", "<sheet name", '<sheet state="hidden" name')
    assert taken_in(path)["net_total"]["amount"] == "20.00"


def test_bare_day_numbers_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    a_business()
    rows = a_list(["1", float((date(2026, 5, 3) - date(1904, 1, 1)).days), "ann@x.example", 20.0])
    path = changed(
        a_workbook(tmp_path, {"May": rows}), "xl/workbook.xml", "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )
    taken_in(path)
    assert Order.objects.get().bought_on == date(2026, 5, 3)


def test_bare_day_numbers_of_other_workbooks_count_from_1900(tmp_path: Path) -> None:
    a_business()
    rows = a_list(["1", float((date(2026, 5, 3) - date(1899, 12, 30)).days), "ann@x.example", 20.0])
    taken_in(a_workbook(tmp_path, {"May": rows}))
    assert Order.objects.get().bought_on == date(2026, 5, 3)


def test_the_result_of_a_formula_counts_and_one_that_was_not_saved_is_told(tmp_path: Path) -> None:
    a_business()
    path = a_workbook(tmp_path, {"May": a_list(["1", date(2026, 5, 3), "ann@x.example", 20.5])})
    sheet = "xl/worksheets/sheet1.xml"
    saved = taken_in(changed(path, sheet, "<v>20.5</v>", "<f>41/2</f><v>20.5</v>"))
    assert (saved["net_total"]["amount"], [one["kind"] for one in saved["questions"]]) == ("20.50", ["currency"])
    lost = taken_in(changed(path, sheet, "<v>20.5</v>", "<f>41/2</f><v></v>"))
    assert lost["refused_rows"] == [{"row": 2, "reason": "There is no amount in this row."}]
    assert "formulas" in [one["kind"] for one in lost["questions"]]


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    monkeypatch.setattr(excel, "LARGEST_BYTES", 100_000)
    path = a_workbook(tmp_path, {"May": a_list(["1", date(2026, 5, 3), "ann@x.example", 20.5])})
    with ZipFile(path, "a", ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", "A" * 200_000)
    with pytest.raises(Refusal, match="far too large once it is unpacked"):
        import_files([path])


def a_parquet(folder: Path, rows: str) -> Path:
    path = folder / "export.parquet"
    with duckdb.connect(":memory:") as con:
        con.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")  # our own rows
    return path


MANY = 'SELECT i AS "Order", DATE \'2026-05-03\' AS "Date", \'ann@x.example\' AS "Email", 1.50::DECIMAL(9,2) AS "Total" FROM range(5000) t(i)'


def test_a_parquet_file_of_more_rows_than_a_shop_can_have_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    path = a_parquet(tmp_path, MANY)
    monkeypatch.setattr(parquet, "MOST_ROWS", 4_000)
    with pytest.raises(Refusal, match="5,000 rows, and at most 4,000"):
        import_files([path])
    monkeypatch.setattr(parquet, "MOST_ROWS", 5_000)
    assert taken_in(path, is_dry_run=True)["net_total"]["amount"] == "7500.00"


def test_texts_that_grow_without_end_stop_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    monkeypatch.setattr(loading, "LARGEST_BYTES", 20_000)
    with pytest.raises(Refusal, match="far too large once it is unpacked"):
        import_files([a_parquet(tmp_path, MANY)])


def test_a_parquet_file_damaged_in_its_pages_is_refused_in_a_sentence(tmp_path: Path) -> None:
    a_business()
    path = a_parquet(tmp_path, MANY)
    whole = bytearray(path.read_bytes())
    whole[20:80] = b"\xff" * 60
    path.write_bytes(whole)
    with pytest.raises(Refusal, match="damaged"):
        import_files([path])


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, b"XXXX" + bytes(range(64)) * 20, b"SQLite format 3\0" + bytes(range(1, 40)) * 30],
    ids=["picture", "wrong magic", "database"],
)  # fmt: skip
def test_what_holds_no_text_is_no_list(tmp_path: Path, content: bytes) -> None:
    a_business()
    with pytest.raises(Refusal, match="it holds no text"):
        import_files([a_file(tmp_path, content, "export.parquet")])


BOOKINGS = (
    '"EXTF";700;21;"Buchungsstapel";13;20260630140440439;;"RE";"";"";29098;55003;20260101;4;20260501;20260531;"Mai";;1;0\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Konto;Gegenkonto;Belegdatum;Belegfeld 1;Buchungstext\n"
    '119,00;"S";10001;8400;0305;"RE-1001";"Müller"\n'
)
ACCOUNTS = (
    '"EXTF";700;16;"Debitoren/Kreditoren";5;20260630140440439;;"RE";"";"";29098;55003;20260101;4\n'
    "Konto;Name (Adressattyp Unternehmen);Unternehmensgegenstand;Name (Adressattyp natürl. Person);Vorname (Adressattyp natürl. Person);"
    "Name (Adressattyp keine Angabe);Adressattyp;Anrede;Straße;Postleitzahl;Ort;Land;Telefon;E-Mail\n"
    '10001;"";"";"Müller";"Zoë";"";"1";"Frau";"Gasse 1";"01067";"Dresden";"DE";"0351 901820";"zoe@x.example"\n'
    '10002;"Bücher Berg GmbH";"";"";"";"";"2";"Firma";"Platz 2";"10115";"Berlin";"DE";"030 901820";"info@berg.example"\n'
)


def test_datev_gives_its_customers_and_says_that_bookings_are_none(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, ACCOUNTS, "EXTF_DebKred.csv", "cp1252"))
    assert (answer["format"], answer["refused_rows"]) == ("datev_accounts", [])
    assert sorted(Person.objects.filter(is_bucket=False).values_list("full_name", flat=True)) == [
        "Bücher Berg GmbH",
        "Zoë Müller",
    ]
    assert set(PersonKind.objects.values_list("person__full_name", "kind")) == {
        ("Bücher Berg GmbH", "customer"), ("Zoë Müller", "customer")
    }  # fmt: skip
    with pytest.raises(Refusal, match="batch of bookings for DATEV"):
        import_files([a_file(tmp_path, BOOKINGS, "EXTF_Buchungsstapel.csv", "cp1252")])


def test_datevs_suppliers_come_in_as_suppliers_and_are_counted(tmp_path: Path) -> None:
    a_business()
    more = '70001;"Garn & Co. KG";"";"";"";"";"2";"Firma";"Platz 3";"10115";"Berlin";"DE";"030 901821";"info@garn.example"\n'
    path = a_file(tmp_path, ACCOUNTS + more, "EXTF_DebKred.csv", "cp1252")
    answer = taken_in(path)
    assert dict(PersonKind.objects.values_list("person__full_name", "kind")) == {
        "Bücher Berg GmbH": "customer", "Zoë Müller": "customer", "Garn & Co. KG": "supplier"
    }  # fmt: skip
    assert [one["text"] for one in answer["questions"] if one["kind"] == "suppliers"] == [
        "1 of these has the number of a supplier and comes in as one, not as a customer."
    ]
    assert taken_in(path)["people"]["new"] == 0


def test_refunded_may_be_answered_with_yes_or_no_beside_the_sum_or_without(tmp_path: Path) -> None:
    a_business()
    header = "Purchase ID,Item Name,Purchase Email,Purchase Date,Sale Price ($),Refunded?,Partial Refund ($),Fully Refunded?\n"
    rows = (
        "a,Pattern,ann@x.example,2026-05-03,20.0,0,0.0,0\nb,Pattern,bo@x.example,2026-05-03,20.0,1,0.0,1\n"
        "c,Pattern,cy@x.example,2026-05-03,30.0,1,12.5,0\n"
    )
    answer = taken_in(a_file(tmp_path, header + rows, "gumroad.csv"))
    assert (answer["net_total"]["amount"], answer["refunds"]) == ("37.50", 2)
    plain = "Order,Date,Email,Total,Refunded\n1,2026-05-03,di@x.example,5.00,no\n2,2026-05-03,ed@x.example,6.00,yes\n"
    assert taken_in(a_file(tmp_path, plain, "plain.csv"))["net_total"]["amount"] == "5.00"
    sums = "Number,Date,Email,Total,Refunded\n1,2026-05-03,di@x.example,5.00,0\n2,2026-05-03,ed@x.example,6.00,1\n"
    assert taken_in(a_file(tmp_path, sums, "sums.csv"))["net_total"]["amount"] == "10.00"


def test_a_file_that_may_not_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    path, other = a_file(tmp_path, "Email\nann@x.example\n"), a_file(tmp_path, "Email\nbo@x.example\n", "other.csv")
    opening = Path.open

    def without_rights(self: Path, *how: object, **more: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return opening(self, *how, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", without_rights)
    answer = import_files([path, other])["files"]
    assert answer[0]["refused_rows"] == [{"row": 0, "reason": "export.csv cannot be opened."}]
    assert Email.objects.get().address == "bo@x.example"
