"""Any file a shop may hand over: letters, separators, titles, ragged rows, workbooks, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regulars.intake.mapping.columns import is_known
from regulars.intake.reading import Sheet, UnreadableFile, open_sheet
from regulars.intake.tests.builders import a_file

NAMES = "Name,Email\nZoë Müller,zoe@lindenblatt.example\nRené Çelik,rene@lindenblatt.example\n"


def sheet(
    folder: Path, text: str | bytes, encoding: str = "utf-8", name: str = "export.csv", country: str = ""
) -> Sheet:
    return open_sheet(a_file(folder, text, name, encoding), is_known, country=country)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32"]
)
def test_names_read_the_same_whatever_the_letters_are_written_in(tmp_path: Path, encoding: str) -> None:
    rows = sheet(tmp_path, NAMES, encoding).first_rows(5)
    assert [cells[0] for _number, cells in rows] == ["Zoë Müller", "René Çelik"]


def test_polish_letters_are_read_as_the_country_writes_them_and_the_other_reading_is_offered(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Name,Email\nŁukasz Żak,lukasz@lindenblatt.example\n", "cp1250", country="PL")
    assert found.first_rows(1)[0][1][0] == "Łukasz Żak"
    assert "cp1252" in found.other_encodings


def test_cyrillic_of_an_old_program_is_recognised(tmp_path: Path) -> None:
    text = "Имя,Email\n" + "".join(f"Анна Иванова Петровна {n},anna{n}@lindenblatt.example\n" for n in range(20))
    assert sheet(tmp_path, text, "cp1251").first_rows(1)[0][1][0].startswith("Анна")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    text = NAMES.replace(",", separator).replace("Zoë Müller", '"Müller, Zoë; known"')
    found = sheet(tmp_path, text)
    assert (found.separator, found.header) == (separator, ["Name", "Email"])


def test_a_hint_for_the_spreadsheet_is_no_header(tmp_path: Path) -> None:
    found = sheet(tmp_path, "sep=;\nName;Email\nAnn;ann@lindenblatt.example\n")
    assert (found.header, found.header_row, found.first_rows(1)[0][0]) == (["Name", "Email"], 2, 3)


def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Sales of June\n\nprinted on Monday\nName,Email,Total\nAnn,ann@lindenblatt.example,5\n")
    assert (found.header_row, found.header) == (4, ["Name", "Email", "Total"])
    assert found.first_rows(5) == [(5, ["Ann", "ann@lindenblatt.example", "5"])]


def test_a_line_break_in_a_cell_is_one_row_and_a_blank_line_counts(tmp_path: Path) -> None:
    found = sheet(tmp_path, 'Name,Note\n"Ann\nAbel",x\n\nBo,y\n')
    assert [number for number, _cells in found.rows()] == [2, 4]


def test_a_file_without_a_header_is_not_robbed_of_its_first_row(tmp_path: Path) -> None:
    found = sheet(tmp_path, "00004 19970101 2 29.33\n00004 19970118 2 29.73\n", name="x.txt")
    assert found.header_row is None
    assert found.first_rows(1) == [(1, ["00004", "19970101", "2", "29.33"])]


def test_columns_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    assert sheet(tmp_path, "Name,Amount,Amount,\nAnn,1,2,3\n").header == ["Name", "Amount", "Amount (2)", "Column 4"]


def test_passwords_are_not_even_read(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Email,Password,password_hash\nann@lindenblatt.example,secret1,abc\n")
    assert found.first_rows(1)[0][1] == ["ann@lindenblatt.example", "", ""]


def test_a_quotation_mark_that_never_closes_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    text = "Name,Email\n" + '"Ann,a@x.example\n' + "".join(f"P{n},p{n}@x.example\n" for n in range(500))
    found = [cells for _number, cells in sheet(tmp_path, text).rows()]
    assert (len(found), found[0], found[-1]) == (501, ["Ann", "a@x.example"], ["P499", "p499@x.example"])
    short = [
        cells
        for _number, cells in sheet(tmp_path, 'Name,Email\nBo,b@x.example\n"Ann,a@x.example\nCy,c@x.example\n').rows()
    ]
    assert short == [["Bo", "b@x.example"], ["Ann", "a@x.example"], ["Cy", "c@x.example"]]


def test_a_cell_of_seventeen_million_letters_is_shown_and_does_no_harm(tmp_path: Path) -> None:
    found = list(sheet(tmp_path, "Name,Email\n" + '"Ann' + "x" * 17_000_000 + '",a\nBo,b@x.example\n').rows())
    assert found[0][1][0].startswith("Annxxx")
    assert found[1][1] == ["Bo", "b@x.example"]


@pytest.mark.parametrize(
    ("content", "word"), [(b"", "empty"), (b"%PDF-1.7", "PDF"), (b"\x1f\x8b\x08", "packed"), (b"\n\n", "blank")]
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(UnreadableFile, match=word):
        sheet(tmp_path, content)


def test_orders_inside_json_become_a_row_a_line(tmp_path: Path) -> None:
    orders = {
        "orders": [
            {
                "id": 7,
                "customer": {"email": "ann@lindenblatt.example"},
                "line_items": [{"name": "Cup"}, {"name": "Bowl"}],
            }
        ]
    }
    found = sheet(tmp_path, json.dumps(orders), name="orders.json")
    assert found.header == ["id", "customer.email", "lineitem.name"]
    assert [cells for _number, cells in found.rows()] == [
        ["7", "ann@lindenblatt.example", "Cup"],
        ["7", "ann@lindenblatt.example", "Bowl"],
    ]


def test_json_lines_are_read_line_by_line(tmp_path: Path) -> None:
    found = sheet(tmp_path, '{"email": "a@x.example"}\n{"email": "b@x.example", "name": null}\n', name="people.jsonl")
    assert [cells for _number, cells in found.rows()] == [["a@x.example", ""], ["b@x.example", ""]]


def test_a_broken_line_of_json_is_named_and_json_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    found = sheet(tmp_path, '{"a": 1}\n{"a": \n')
    assert (len(found.first_rows(5)), list(found.faults)) == (1, [2])
    with pytest.raises(UnreadableFile, match="cut off"):
        sheet(tmp_path, '[{"a": 1}, {"a": ')
