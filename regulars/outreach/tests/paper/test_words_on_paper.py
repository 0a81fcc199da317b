"""Words are data on paper too: nothing breaks out, nothing becomes a box, what does not fit is said and left out."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from pathlib import Path

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.channels.paper import SHEETS, Piece, glyphs, make, preview
from regulars.outreach.channels.paper.cleaning import clean, direction

from .pages import LINDE, RUTH, read, where

REAL = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
DATA = Path(os.environ.get("REGULARS_REAL_DATA", next((folder for folder in REAL if folder.is_dir()), REAL[0])))
NAUGHTY = DATA / "names_addresses" / "naughty_strings" / "blns.json"
MARKUP = '#image("/etc/passwd") *bold* $x^2$ {{ name }} \\ `raw` <label> @ref [block] // no /* */ ~ -- ...'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def said(sheet: str, piece: Piece, page: int = 0) -> str:
    made = make(sheet, [piece], LINDE)
    assert not made.misfits
    return " ".join(each.words for each in read(made.pdf)[page])


def test_markup_is_printed_as_it_was_typed():
    printed = said("card-quarter-a4", dataclasses.replace(RUTH, words=MARKUP))
    assert "".join(MARKUP.split()) in "".join(printed.split())


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the folder of files nobody here wrote is absent")
@pytest.mark.parametrize("key", ["card-quarter-a4", "postcard-a6", "letter-a4", "envelope-c6", "label-l7160"])
def test_no_naughty_string_breaks_out_of_any_sheet(key):
    strings = [each for each in json.loads(NAUGHTY.read_text()) if each.strip()]
    pieces = [
        Piece(str(n), (each, each[:60]), each, each[:40], each[:40], each[:200], each[:60], each[:7], each[:30])
        for n, each in enumerate(strings)
    ]
    made = make(key, pieces, LINDE)
    kept = len(pieces) - len(made.misfits)
    assert made.pages == -(-kept // SHEETS[key].per_sheet) * SHEETS[key].sides
    assert kept > 0.7 * len(pieces)
    assert {misfit.key for misfit in made.misfits} < {piece.key for piece in pieces}
    assert all(misfit.why.endswith(".") for misfit in made.misfits)


def test_letters_that_no_font_has_are_a_misfit_and_the_others_are_printed(monkeypatch):
    monkeypatch.setattr(glyphs, "_of_the_machine", lambda: ())
    tatsu = dataclasses.replace(RUTH, key="tatsu", greeting="辰巳さま")
    rune = dataclasses.replace(RUTH, key="rune", greeting="Dear \U00016a40")
    made = make("card-quarter-a4", [tatsu, RUTH, rune], LINDE)
    assert [misfit.key for misfit in made.misfits] == ["tatsu", "rune"]
    assert "Chinese, Japanese or Korean" in made.misfits[0].why
    assert "U+16A40" in made.misfits[1].why
    assert made.pages == 1


@pytest.mark.parametrize("font", ["hand", "book"])
@pytest.mark.parametrize(
    "name", ["Łukasz Őry Šárka Þór", "Ελένη Παπαδοπούλου", "Юлия Щербакова", "רות כהן", "ليلى حداد"]
)
def test_names_of_many_letters_are_in_the_fonts_that_come_with_the_program(monkeypatch, font, name):
    monkeypatch.setattr(glyphs, "_of_the_machine", lambda: ())
    made = make("card-side-a4", [dataclasses.replace(RUTH, greeting=name)], dataclasses.replace(LINDE, font=font))
    assert not made.misfits
    assert made.pages == 2


def test_words_from_right_to_left_stand_at_the_right():
    left, right = (
        where(read(make("card-side-a4", [dataclasses.replace(RUTH, greeting=word)], LINDE).pdf)[1], word[0]).x
        for word in ("Dear", "רות")
    )
    assert right > left + 50
    assert direction("  12 רות Ruth") == "rtl"
    assert direction("12 Ruth רות") == "ltr"


def test_controls_and_turning_signs_are_taken_out():
    assert clean("a\u202eb\u0000c\u200bd\ufeff\r\ne\tf \ud800") == "abcd\ne f"


def test_a_long_name_is_printed_smaller_then_on_more_lines_then_not_at_all():
    def greeted(length: int):
        return make(
            "card-quarter-a4", [dataclasses.replace(RUTH, greeting=("Wolfeschlegelstein " * 400)[:length])], LINDE
        )

    smaller, more_lines, too_much = greeted(43), greeted(120), greeted(7000)
    assert len(spoken(smaller)) == 1
    assert len(spoken(more_lines)) > 1
    assert (too_much.pages, too_much.pdf) == (0, b"")
    assert "greeting does not fit" in too_much.misfits[0].why


def spoken(made) -> set[float]:
    """Return the heights at which the long name is written."""
    assert not made.misfits
    return {round(each.y) for each in read(made.pdf)[0] if "olfe" in each.words}


def test_a_word_longer_than_the_card_is_broken_rather_than_cut_off():
    made = make("card-quarter-a4", [dataclasses.replace(RUTH, words="x" * 300)], LINDE)
    assert not made.misfits
    assert "".join(each.words for each in read(made.pdf)[0]).count("x") == 300


def test_words_too_long_for_the_card_are_left_out_and_the_rest_is_printed():
    long = dataclasses.replace(RUTH, key="long", words="Thank you for everything. " * 200)
    made = make("card-quarter-a4", [RUTH, long, dataclasses.replace(RUTH, key="third")], LINDE)
    assert [misfit.key for misfit in made.misfits] == ["long"]
    assert made.pages == 2
    with pytest.raises(Refusal, match="do not fit"):
        preview("card-quarter-a4", long, LINDE)


def test_a_preview_is_a_picture():
    assert preview("card-quarter-a4", RUTH, LINDE).startswith(b"\x89PNG")


def test_a_damaged_picture_is_refused_in_words():
    with pytest.raises(Refusal, match="damaged"):
        make("card-quarter-a4", [RUTH], dataclasses.replace(LINDE, front=PNG[:40]))
    with pytest.raises(Refusal, match="JPEG or PNG"):
        make("card-quarter-a4", [RUTH], dataclasses.replace(LINDE, front=b"<svg xmlns='x'/>"))


def test_a_picture_a_signature_and_a_logo_are_printed():
    made = make("card-quarter-a4", [RUTH], dataclasses.replace(LINDE, front=PNG, signature=PNG, logo=PNG))
    assert made.pdf.count(b"/Subtype/Image") >= 1
