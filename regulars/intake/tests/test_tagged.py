"""Tables of web pages and Excel's XML of 2003, which many back offices call .xls."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.intake.mapping.columns import is_known
from regulars.intake.reading import Sheet, UnreadableFile, grids, open_sheet, tagged
from regulars.intake.services import import_files
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Person
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db

HEAD = "<tr><th>Bestellnr<th>Datum<th>Name<th>E-Mail<th>Betrag"
PAGE = f"""\
<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="iso-8859-1"><title>Export</title>
<style>td {{ mso-number-format: "\\@" }}</style></head><body><table class="frame"><tr><td>Menü<td>
<table border=1><caption>Umsätze</caption><tr><th colspan=5>Bericht &amp; Summe</th></tr>{HEAD}
<tr><td>1<td>03.05.2026<td rowspan=2>Jörg<br>Öst<td><a href="mailto:j@x.example">j@x.example</a><td>1.234,50&nbsp;&euro;
<tr><td>2<td>04.05.2026<td>j@x.example<td>5,50 &#8364;
</table></td></tr></table><script>if (1 < 2) document.write("<tr><td>no")</script></body></html>
"""


def sheet_of(folder: Path, content: str | bytes, **how: str) -> Sheet:
    return open_sheet(a_file(folder, content, "export.xls"), is_known, **how)


def test_a_table_within_the_frame_of_a_page_is_the_list(tmp_path: Path) -> None:
    a_business()
    sheet = sheet_of(tmp_path, PAGE.encode("iso-8859-1"))
    assert (sheet.kind, sheet.sheet_name, sheet.encoding, sheet.header_row) == ("page", "Umsätze", "cp1252", 2)
    assert sheet.titles == ["Bericht & Summe"]
    assert list(sheet.rows()) == [
        (3, ["1", "03.05.2026", "Jörg\nÖst", "j@x.example", "1.234,50 €"]),
        (4, ["2", "04.05.2026", "Jörg\nÖst", "j@x.example", "5,50 €"]),
    ]
    answer = taken_in(tmp_path / "export.xls")
    assert (answer["orders"]["new"], answer["people"]["new"], answer["net_total"]["amount"]) == (2, 1, "1240.00")
    assert Person.objects.get(is_bucket=False).full_name == "Jörg Öst"


def test_letters_are_read_as_the_bytes_show_before_what_the_page_says_of_itself(tmp_path: Path) -> None:
    table = f"<table>{HEAD}<tr><td>1<td>03.05.2026<td>Łucja<td>l@x.example<td>5,00</table>"
    for said, written in (("iso-8859-1", "utf-8"), ("utf-8", "utf-8"), ("windows-1250", "cp1250"), ("x", "utf-16")):
        sheet = sheet_of(tmp_path, f'<html><meta content="text/html; charset={said}">{table}'.encode(written))
        assert next(iter(sheet.rows()))[1][2] == "Łucja", (said, written)
    spoken = sheet_of(tmp_path, f"<table>{table}".encode("cp1250"), encoding="cp1250")
    assert next(iter(spoken.rows()))[1][2] == "Łucja"


def test_of_several_lists_on_one_page_each_is_taken_in(tmp_path: Path) -> None:
    a_business()
    sales = f"<table>{HEAD}<tr><td>1<td>03.05.2026<td>Ann<td>a@x.example<td>5,00</table>"
    people = "<table><tr><th>Name<th>Email<th>Phone<tr><td>Bo<td>bo@x.example<td>030 123456</table>"
    path = a_file(tmp_path, f"<html>{people}<p>and</p>{sales}<table><tr><td>Page 1 of 1</table>", "export.xls")
    found = import_files([path])["files"]
    assert [(one["format"], one["orders"]["new"], one["people"]["new"]) for one in found] == [
        ("orders", 1, 1), ("people", 0, 1)
    ]  # fmt: skip


WORKBOOK = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Styles><Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style></Styles>
 <Worksheet ss:Name="Old"><Table><Row><Cell><Data ss:Type="String">Email</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String">old@x.example</Data></Cell></Row></Table>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
 <Worksheet ss:Name="May"><Table>
  <Row ss:Index="3"><Cell><Data ss:Type="String">Order</Data></Cell><Cell><Data ss:Type="String">Date</Data></Cell>
   <Cell><Data ss:Type="String">Email</Data></Cell><Cell ss:Index="5"><Data ss:Type="String">Total</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String"><![CDATA[A & B]]></Data></Cell><Cell ss:StyleID="d"><Data ss:Type="DateTime">2026-05-03T00:00:00.000</Data></Cell>
   <Cell><Data ss:Type="String">ann@x.example</Data><Comment><ss:Data>looked up</ss:Data></Comment></Cell><Cell ss:Index="5"><Data ss:Type="Number">20.5</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String">C</Data></Cell><Cell><Data ss:Type="DateTime">2026-05-03T14:30:00.000</Data></Cell>
   <Cell><Data ss:Type="String">ann@x.example</Data></Cell><Cell/><Cell><Data ss:Type="Number">1.5</Data></Cell></Row>
 </Table></Worksheet>
</Workbook>
"""


def test_excels_xml_is_read_with_its_places_days_and_hidden_sheets(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, WORKBOOK, "export.xls")
    sheet = open_sheet(path, is_known)
    assert (sheet.kind, sheet.sheet_name, sheet.hidden_sheets, sheet.header_row) == ("workbook", "May", ("Old",), 3)
    assert [cells for _number, cells in sheet.rows()] == [
        ["A & B", "2026-05-03", "ann@x.example", "", "20.5"], ["C", "2026-05-03 14:30:00", "ann@x.example", "", "1.5"]
    ]  # fmt: skip
    answer = taken_in(path)
    assert answer["net_total"]["amount"] == "22.00"
    assert Order.objects.get(reference="A & B").bought_on == date(2026, 5, 3)


def test_nothing_a_document_defines_is_put_in(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    for page in (WORKBOOK.replace("<Workbook", f"{bomb}<Workbook", 1), PAGE):
        sheet = sheet_of(tmp_path, page.replace("j@x.example</a>", "&b;&c;</a>").replace("ann@x.example", "&b;&c;"))
        said = " ".join(cell for _number, cells in sheet.rows() for cell in cells)
        assert "&b;" in said
        assert "aaaa" not in said
        assert "root" not in said


@pytest.mark.parametrize(
    "page",
    [
        "<table>" + "<tr><td colspan=9999999 rowspan=9999999>a" * 2_000,
        "<table><tr>" + "<td rowspan=60000>a" * 2_000 + "<tr>" * 2_000,
        "<table><tr><td>" * 1_000,
        "<table><tr><td>a</table>" * 6_000,
    ],
    ids=["wide", "high", "deep", "many"],
)
def test_a_page_that_grows_without_end_is_refused(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MOST_CELLS", 100_000)
    with pytest.raises(UnreadableFile, match=r"far too large|so many tables"):
        sheet_of(tmp_path, page)


def test_a_page_larger_than_any_list_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagged, "LARGEST_BYTES", 100)
    with pytest.raises(UnreadableFile, match="too large to be read as a web page"):
        sheet_of(tmp_path, PAGE)


def test_money_in_cells_that_reach_over_rows_is_no_second_sale(tmp_path: Path) -> None:
    a_business()
    rows = "<tr><td rowspan=2>A<td rowspan=2>2026-05-03<td rowspan=2>a@x.example<td>Cup<td rowspan=2>30.00<tr><td>Bowl"
    path = a_file(
        tmp_path,
        f"<table><tr><th>Order<th>Date<th>Email<th>Item<th>Total{rows}<tr><td>B<td>2026-05-04<td>b@x.example<td>Cup<td>5.00</table>",
        "export.xls",
    )
    answer = taken_in(path)
    assert (answer["orders"]["new"], answer["lines"], answer["net_total"]["amount"]) == (2, 3, "35.00")
    assert Order.objects.get(reference="A").paid_amount == Decimal("30.00")
