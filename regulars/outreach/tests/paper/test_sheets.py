"""Every face lands where the fold wants it, the right way up, and in order."""

from __future__ import annotations

import dataclasses
import io

import pytest
from pypdf import PdfReader

from regulars.outreach.channels.paper import SHEETS, Printer, make

from .pages import LINDE, RUTH, read, where


def test_a_quarter_fold_is_one_page_with_the_inside_on_its_head():
    made = make("card-quarter-a4", [RUTH], LINDE)
    (page,) = read(made.pdf)
    assert made.pages == 1
    assert not made.misfits
    front, inside, back = where(page, "Merci"), where(page, "Dear"), where(page, "Atelier")
    assert (front.x > 105, front.y > 148.5, front.turned) == (True, True, 0)
    assert (back.x < 105, back.y > 148.5, back.turned) == (True, True, 0)
    assert (inside.x < 105, inside.y < 148.5, inside.turned) == (True, True, 180)


@pytest.mark.parametrize("key", SHEETS)
def test_every_sheet_says_its_boxes_and_wishes_no_scaling(key):
    made = make(key, [RUTH], dataclasses.replace(LINDE, lines=("Berlin",)))
    reader = PdfReader(io.BytesIO(made.pdf))
    assert len(reader.pages) == made.pages == SHEETS[key].sides or made.misfits
    for page in reader.pages if made.pages else []:
        assert page.mediabox == page.trimbox == page.bleedbox
        assert "/TrimBox" in page
    if made.pages:
        assert reader.trailer["/Root"]["/ViewerPreferences"]["/PrintScaling"] == "/None"


def test_a_printer_that_turns_over_the_long_edge_gets_its_inside_pages_on_their_head():
    short, long = (
        read(make("card-side-a4", [RUTH], LINDE, Printer(flips_long_edge=flips)).pdf) for flips in (False, True)
    )
    assert where(short[1], "Dear").turned == 0
    assert where(long[1], "Dear").turned == 180
    assert where(long[1], "Dear").x == pytest.approx(297 - where(short[1], "Dear").x, abs=0.1)
    assert short[0] == long[0]
