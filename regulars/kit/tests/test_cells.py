"""What leaves as CSV starts nothing in a spreadsheet, and comes back as it was."""

from __future__ import annotations

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.kit.cells import CsvSheet, cell_of, covered, uncovered

HOSTILE = Path(os.environ.get("REGULARS_REAL_DATA", Path(__file__).parents[4] / "shared" / "data")) / "names_addresses"


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n 09aé\u200b\u3000＝"), max_size=8))
@example("'=1+1")
@example("''=1")
@example("'90s")
@example("-5.20")
@example("--5")
def test_every_text_comes_back_as_it_was_and_none_begins_like_a_formula(text: str) -> None:
    cell = covered(text)
    assert uncovered(cell) == text
    bare = cell.lstrip(" \t\r\n\u200b\u3000")
    is_number = bare.lstrip("-").replace(".", "", 1).isdigit() and bare.count("-") <= 1
    assert is_number or not bare.startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("\x00\x07=cmd", "'\x00\x07=cmd"),
        ("+49 171 2345678", "'+49 171 2345678"),
        ("-5.20", "-5.20"),
        (Decimal("-5.20"), "-5.20"),
        (-3, "-3"),
        ("-5.20 each", "'-5.20 each"),
        ("O'Neill", "O'Neill"),
        ("'t Hooft", "'t Hooft"),
        (None, ""),
        (["=x"], '["=x"]'),
    ],
)
def test_what_gets_an_apostrophe_and_what_does_not(value: object, cell: str) -> None:
    assert cell_of(value) == cell


def test_a_row_with_every_kind_of_break_inside_is_read_back_as_one_row() -> None:
    out = io.StringIO(newline="")
    sheet = CsvSheet(out, ["a", "b"])
    sheet.write(["one\rtwo", 'three\nfour,"five"'])
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert rows == [["a", "b"], ["one\rtwo", 'three\nfour,"five"']]


@pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile texts are not on this machine")
def test_strings_that_broke_other_programs_come_back_exactly() -> None:
    texts = [
        line
        for path in sorted((HOSTILE / "naughty_strings").rglob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    with (HOSTILE / "csv_formula_injection.csv").open(newline="") as file:
        texts += [row["payload"] for row in csv.DictReader(file)]
    assert len(texts) > 400
    out = io.StringIO(newline="")
    sheet = CsvSheet(out, ["text"])
    for text in texts:
        sheet.write([text])
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(out.getvalue(), newline=""))][1:]
    assert [uncovered(cell) for cell in cells] == texts
