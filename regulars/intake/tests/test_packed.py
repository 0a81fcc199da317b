"""Files that are packed, wide, odd or cut off: each is read, or refused with a sentence."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.intake.mapping.columns import is_known
from regulars.intake.models import ImportRun
from regulars.intake.reading import open_sheet
from regulars.intake.services import ImportOptions, import_files, receive_all
from regulars.intake.tests.builders import REAL, a_business, a_file, a_workbook, reasons, taken_in
from regulars.kit.errors import Refusal
from regulars.people.models import Person

pytestmark = pytest.mark.django_db
PEOPLE = "Name,Email\nAnn Abel,ann@x.example\nBo Berg,bo@x.example\n"


def a_zip(folder: Path, files: dict[str, str | bytes], name: str = "export.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return path


@pytest.mark.parametrize(("pack", "end"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
def test_a_packed_file_is_unpacked(tmp_path: Path, pack: object, end: str) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, pack(PEOPLE.encode()), f"people.csv.{end}"))  # type: ignore[operator]
    assert (answer["file"], answer["people"]["new"]) == ("people.csv", 2)


def test_every_file_of_a_zip_comes_in_and_its_cards_as_one(tmp_path: Path) -> None:
    a_business()
    card = "BEGIN:VCARD\nFN:{0}\nEMAIL:{0}@x.example\nEND:VCARD"
    path = a_zip(
        tmp_path,
        {"a/people.csv": PEOPLE, "cards/cy.vcf": card.format("cy"), "cards/di.vcf": card.format("di"), "__MACOSX/._x.csv": "x",
         "readme.pdf": b"%PDF", "more.csv.gz": gzip.compress(b"Name,Email\nEva,eva@x.example\n")},
    )  # fmt: skip
    found = {file["file"]: file["people"]["new"] for file in import_files([path], ImportOptions())["files"]}
    assert found == {"export.zip": 2, "people.csv": 2, "more.csv": 1}


def test_a_zip_on_the_page_becomes_a_run_for_each_file_in_it(tmp_path: Path) -> None:
    a_business()
    path = a_zip(tmp_path, {"one.csv": PEOPLE, "two.csv": "Name,Email\nCy,cy@x.example\n", "three.csv": "\n\n"})
    runs = receive_all(SimpleUploadedFile("all.zip", path.read_bytes()))
    assert [run.name for run in runs] == ["one.csv", "two.csv"]
    assert "blank" in ImportRun.objects.get(name="three.csv").error


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08broken", b"BZh9broken", b"PK\x03\x04broken", b"PAR1broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x"],
)
def test_what_is_damaged_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    a_business()
    with pytest.raises(Refusal) as refused:
        import_files([a_file(tmp_path, content, "broken.bin")])
    assert refused.value.sentence.endswith(".")


def test_a_zip_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    monkeypatch.setattr("regulars.intake.services.unpacking.LARGEST_BYTES", 1000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" * 100_000))
    with pytest.raises(Refusal, match="far more"):
        import_files([path])


def test_a_parquet_file_gives_its_rows(tmp_path: Path) -> None:
    a_business()
    path = tmp_path / "people.parquet"
    select = (
        "SELECT 'Ann Abel' AS name, 'ann@x.example' AS email, DATE '1980-05-04' AS birthday, ['vip', 'silk'] AS tags"
    )
    duckdb.sql(f"COPY ({select} UNION ALL SELECT 'Bo', 'bo@x.example', NULL, NULL) TO '{path}' (FORMAT parquet)")
    assert taken_in(path)["people"]["new"] == 2
    ann = Person.objects.get(full_name="Ann Abel")
    assert (ann.occasions.get().year, ann.tags.count()) == (1980, 2)


def test_each_sheet_that_holds_people_or_sales_is_taken_in(tmp_path: Path) -> None:
    a_business()
    people: list[list[object]] = [["Name", "Email"], ["Ann", "ann@x.example"]]
    sales: list[list[object]] = [["Order", "Date", "Email", "Total"], ["1", "2026-01-01", "ann@x.example", 10.5]]
    path = a_workbook(tmp_path, {"Read me": [["Nothing here"]], "People": people, "Sales": sales})  # type: ignore[dict-item]
    files = import_files([path], ImportOptions())["files"]
    assert sum(file["people"]["new"] for file in files) == 1
    assert sum(file["orders"]["new"] for file in files) == 1


def test_a_broken_line_among_json_lines_is_named_and_the_others_come_in(tmp_path: Path) -> None:
    a_business()
    lines = [json.dumps({"name": f"P{n}", "email": f"p{n}@x.example"}) for n in range(3)]
    answer = taken_in(a_file(tmp_path, "\n".join([lines[0], '{"name": "cut', lines[1], "5", lines[2]]), "people.jsonl"))
    assert answer["people"]["new"] == 3
    assert sorted(reasons(answer)) == [2, 4]
    assert ImportRun.objects.get().refused_rows.get(row_number=2).cells == ['{"name": "cut']


@pytest.mark.parametrize(
    "whole",
    [
        {"data": {"items": [{"name": "Ann", "email": "ann@x.example"}]}},
        {"data": [{"name": "Ann", "email": "ann@x.example"}]},
        {"u1": {"name": "Ann", "email": "ann@x.example"}, "u2": {"name": "Bo", "email": "bo@x.example"}},
        [{"contact": {"name": "Ann", "email": "ann@x.example"}}],
        {"name": "Ann", "email": "ann@x.example"},
    ],
)
def test_people_are_found_wherever_they_stand_in_json(tmp_path: Path, whole: object) -> None:
    a_business()
    assert taken_in(a_file(tmp_path, json.dumps(whole), "people.json"))["people"]["new"] >= 1
    assert Person.objects.filter(emails__address="ann@x.example").exists()


def test_a_header_that_stands_there_twice_and_a_row_of_totals_are_named(tmp_path: Path) -> None:
    a_business()
    text = "Name,Phone,City\nAnn,0170 1234567,Ulm\nName,Phone,City\nBo,0170 1234568,Ulm\nTotal: 2,,\n"
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["people"]["new"], sorted(reasons(answer))) == (2, [4 - 1, 5])
    assert "header" in reasons(answer)[3]


@pytest.mark.parametrize("text", ["Name,Email\n", "Name,Email", "﻿Name;Email\r\n"])
def test_a_header_without_rows_is_no_fault(tmp_path: Path, text: str) -> None:
    a_business()
    assert taken_in(a_file(tmp_path, text))["rows"] == 0


SPECTRUM, CSVKIT = REAL / "names_addresses" / "csv_spectrum", REAL / "names_addresses" / "csvkit_examples"
WRONG_THEMSELVES = {"location_coordinates", "simple", "simple_crlf"} - {
    "simple",
    "simple_crlf",
}  # another number, and no list


@pytest.mark.skipif(not SPECTRUM.exists(), reason="the CSV corner cases are not on this machine")
def test_every_corner_case_of_csv_is_cut_as_it_should_be() -> None:
    paths = sorted((SPECTRUM / "csvs").glob("*.csv"))
    assert len(paths) == 12
    for path in paths:
        if path.stem in WRONG_THEMSELVES:
            continue
        expected = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_text())
        found = open_sheet(path, is_known)
        assert [dict(zip(found.header, cells, strict=True)) for _number, cells in found.rows()] == expected, path


# Converted by a program that also turns texts into numbers and days: compared are the texts that both keep.
SAME = {
    "dummy.csv.gz": None, "dummy.csv.bz2": None, "dummy.tsv": None, "dummy.xls": None, "dummy.xlsx": None,
    "test_utf16_big.csv": ["4", "5", "ʤ"], "test_utf16_little.csv": ["4", "5", "ʤ"], "test_utf8_bom.csv": ["4", "5", "ʤ"],
    "test_latin1.csv": ["4", "5", "©"], "mac_newlines.csv": ["Once upon\na time", "5", "6"], "null_byte.csv": ["", "2", "3"],
}  # fmt: skip


@pytest.mark.skipif(not CSVKIT.exists(), reason="the example files are not on this machine")
@pytest.mark.parametrize("name", SAME)
def test_letters_line_ends_and_wrappings_of_all_kinds(tmp_path: Path, name: str) -> None:
    from regulars.intake.services.unpacking import unpacked

    with unpacked(CSVKIT / name) as parts:
        found = open_sheet(parts[0].path, is_known)
        rows = [[cell.replace("\r", "\n") for cell in cells] for _number, cells in found.rows()]
    assert rows[-1] == (SAME[name] or ["1", "2", "3"])


@pytest.mark.skipif(not CSVKIT.exists(), reason="the example files are not on this machine")
@pytest.mark.parametrize("name", ["sheets.xlsx", "sheets.xls", "test.xlsx", "test.xls"])
def test_a_workbook_gives_the_texts_of_its_converted_copy(name: str) -> None:
    stem, _dot, end = name.partition(".")
    expected = list(csv.reader(io.StringIO((CSVKIT / f"{stem}{end}_converted.csv").read_text())))
    book = open_sheet(CSVKIT / name, is_known)
    sheets = [open_sheet(CSVKIT / name, is_known, sheet=sheet) for sheet in (book.sheet_name, *book.other_sheets)]
    assert {row[0] for row in expected[1:]} in [{cells[0] for _n, cells in sheet.rows()} for sheet in sheets]


@pytest.mark.skipif(not CSVKIT.exists(), reason="the example files are not on this machine")
def test_every_example_file_is_read_or_refused_with_a_sentence() -> None:
    a_business()
    for path in sorted(CSVKIT.iterdir()):
        try:
            answer = import_files([path], ImportOptions())
        except Refusal as refusal:
            assert refusal.sentence.endswith("."), path.name  # noqa: PT017  # a refusal is as good as an answer
        else:
            assert all(row["reason"] for file in answer["files"] for row in file["refused_rows"]), path.name


ARCHIVE = (
    'From: <Saved by the till>\r\nSubject: Sales\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
    "--B\r\nContent-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<html><body><table><tr><th>Order</th><th>Date</th><th>Name</th><th>Email</th><th>Total</th></tr>\r\n"
    "<tr><td>1</td><td>2026-05-03</td><td>J=FCrgen</td><td>j@x.exam=\r\nple</td><td>12.50</td></tr></table></body></html>\r\n"
    "--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--B--\r\n"
)


def test_a_web_page_in_one_file_is_read_as_the_list_it_holds(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, ARCHIVE, "sales.xls"))
    assert (answer["file"], answer["orders"]["new"], answer["net_total"]["amount"]) == ("sales.xls", 1, "12.50")
    assert Person.objects.get(is_bucket=False).full_name == "Jürgen"


def test_an_e_mail_is_no_list(tmp_path: Path) -> None:
    a_business()
    letter = ARCHIVE.replace("--B\r\n", "--B\r\nContent-Type: text/plain\r\n\r\nHello\r\n--B\r\n", 1)
    with pytest.raises(Refusal):
        taken_in(a_file(tmp_path, letter, "letter.eml"))
