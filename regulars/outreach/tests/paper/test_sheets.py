"""Every face lands where the fold wants it, the right way up, and in order."""

from __future__ import annotations

import dataclasses
import io
import itertools
import shutil
import subprocess

import pytest
from pypdf import PdfReader

from regulars.kit.errors import Refusal
from regulars.outreach.channels.paper import SHEETS, Printer, calibration, make
from regulars.outreach.channels.paper.sheets import PAPERS

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
        assert wishes(made.pdf)["/PrintScaling"] == "/None"


def test_a_printer_that_turns_over_the_long_edge_gets_its_inside_pages_on_their_head():
    short, long = (
        read(make("card-side-a4", [RUTH], LINDE, Printer(flips_long_edge=flips)).pdf) for flips in (False, True)
    )
    assert where(short[1], "Dear").turned == 0
    assert where(long[1], "Dear").turned == 180
    assert where(long[1], "Dear").x == pytest.approx(297 - where(short[1], "Dear").x, abs=0.1)
    assert short[0] == long[0]


def test_each_sheet_of_a_card_is_followed_by_its_inside():
    made = make("card-top-a4", [dataclasses.replace(RUTH, key=name, greeting=name) for name in ("Anna", "Bert")], LINDE)
    pages = read(made.pdf)
    assert [next((name for name in ("Anna", "Bert") if any(name in each.words for each in page)), "") for page in pages] == [
        "", "Anna", "", "Bert",
    ]  # fmt: skip


SIDES = [("card-side-a4", 297, 210), ("card-side-letter", 279.4, 215.9)]
TOPS = [("card-top-a4", 210, 297), ("card-top-letter", 215.9, 279.4)]


@pytest.mark.parametrize(("key", "width", "height"), SIDES)
@pytest.mark.parametrize("flips_long_edge", [False, True])
def test_a_card_opens_like_a_book(key, width, height, flips_long_edge):
    outside, inside = read(make(key, [RUTH], LINDE, Printer(flips_long_edge=flips_long_edge)).pdf)
    front, back, words = where(outside, "Merci"), where(outside, "Atelier"), where(inside, "Dear")
    assert front.x > width / 2 > back.x
    assert (front.turned, back.turned) == (0, 0)
    behind = on_the_front(words, width, height, flips_long_edge)
    assert behind.x < width / 2  # behind the back, at the right of the open card
    assert behind.turned == 0


@pytest.mark.parametrize(("key", "width", "height"), TOPS)
@pytest.mark.parametrize("flips_long_edge", [False, True])
def test_a_card_opens_upwards(key, width, height, flips_long_edge):
    outside, inside = read(make(key, [RUTH], LINDE, Printer(flips_long_edge=flips_long_edge)).pdf)
    front, back, words = where(outside, "Merci"), where(outside, "Atelier"), where(inside, "Dear")
    assert front.y > height / 2 > back.y
    assert (front.turned, back.turned) == (0, 180)
    behind = on_the_front(words, width, height, flips_long_edge)
    assert behind.y < height / 2  # behind the back, below the fold when the front is lifted
    assert behind.turned == 180


def on_the_front(said, width, height, flips_long_edge):
    """Return where words of page 2 lie as seen through the paper from page 1, after the printer turned it over."""
    about_the_upright = (width > height) != flips_long_edge  # which axis the paper was turned about
    if about_the_upright:
        return said._replace(x=width - said.x, turned=said.turned)
    return said._replace(y=height - said.y, turned=(180 - said.turned) % 360)


@pytest.mark.parametrize("flips_long_edge", [False, True])
def test_each_postcard_of_four_has_its_own_back_behind_it(flips_long_edge):
    names = ["Anna", "Bert", "Cleo", "Dora"]
    cards = [dataclasses.replace(RUTH, key=name, greeting=name, front_words=name) for name in names]
    fronts, backs = read(make("postcards-a4", cards, LINDE, Printer(flips_long_edge=flips_long_edge)).pdf)
    for name in names:
        front = where(fronts, name)
        back = on_the_front(where(backs, name), 297, 210, flips_long_edge)
        assert (front.x > 148.5, front.y > 105) == (back.x > 148.5, back.y > 105)
        assert back.turned == 0


def test_labels_begin_at_the_first_free_one_and_go_on_to_the_next_sheet():
    people = [dataclasses.replace(RUTH, key=str(n), to_lines=(f"Nr{n}.", "Gartenweg 3")) for n in range(24)]
    made = make("label-l7160", people, LINDE, start_at=20)
    pages = read(made.pdf)
    assert made.pages == 3
    first, third = where(pages[0], "Nr0."), where(pages[1], "Nr2.")
    assert first.x == pytest.approx(7.25 + 66 + 4.5, abs=0.2)
    assert first.y == pytest.approx(15.15 + 6 * 38.1 + 19, abs=5)
    assert third.x == pytest.approx(7.25 + 4.5, abs=0.2)
    assert third.y == pytest.approx(15.15 + 19, abs=5)
    with pytest.raises(Refusal):
        make("label-l7160", people, LINDE, start_at=22)


def test_labels_stay_on_the_paper_and_never_overlap():
    for sheet in SHEETS.values():
        panels = [panel for slot in sheet.slots for panel in slot if panel.side == 0]
        for panel in panels:
            assert panel.x >= 0, sheet.key
            assert panel.y >= 0, sheet.key
            assert panel.x + panel.width <= sheet.width + 0.01, sheet.key
            assert panel.y + panel.height <= sheet.height + 0.01, sheet.key
        corners = sorted((round(panel.y, 3), round(panel.x, 3)) for panel in panels)
        assert len(set(corners)) == len(panels)
        for one, two in itertools.pairwise(panels):
            assert two.x >= one.x + one.width - 0.01 or two.y >= one.y + one.height - 0.01, sheet.key


def test_crop_marks_make_a_larger_page_with_bleed_around_the_trim():
    page = PdfReader(io.BytesIO(make("card-side-a4", [RUTH], LINDE, marks=True).pdf)).pages[0]
    sizes = [[round(float(side) * 25.4 / 72) for side in box] for box in (page.mediabox, page.bleedbox, page.trimbox)]
    assert sizes == [[0, 0, 321, 234], [9, 9, 312, 225], [12, 12, 309, 222]]


def test_a_printer_that_prints_askew_is_corrected():
    straight, moved = (
        where(read(make("envelope-c6", [RUTH], LINDE, printer).pdf)[0], "Ruth")
        for printer in (Printer(), Printer(dx_mm=2, dy_mm=-1.5))
    )
    assert moved.x - straight.x == pytest.approx(2, abs=0.01)
    assert moved.y - straight.y == pytest.approx(-1.5, abs=0.01)
    wider = where(read(make("envelope-c6", [RUTH], LINDE, Printer(scale_x=1.1)).pdf)[0], "Ruth")
    assert wider.x - 81 == pytest.approx((straight.x - 81) * 1.1, abs=0.05)


@pytest.mark.parametrize(("turn", "size"), [(0, (162, 114)), (90, (114, 162)), (180, (162, 114)), (270, (114, 162))])
def test_an_envelope_is_turned_as_it_lies_in_the_tray(turn, size):
    made = make("envelope-c6", [RUTH], LINDE, Printer(envelope_turn=turn))
    page = PdfReader(io.BytesIO(made.pdf)).pages[0]
    assert (round(float(page.mediabox.width) * 25.4 / 72), round(float(page.mediabox.height) * 25.4 / 72)) == size
    ruth = where(read(made.pdf)[0], "Ruth")
    assert ruth.turned == -turn % 360
    assert 0 < ruth.x < size[0]
    assert 0 < ruth.y < size[1]


@pytest.mark.parametrize(
    ("card", "envelope"), [("card-quarter-a4", "envelope-c6"), ("card-quarter-letter", "envelope-a2")]
)
def test_a_card_folded_twice_goes_into_its_envelope_which_bears_the_address(card, envelope):
    paper, around = SHEETS[card], SHEETS[envelope]
    folded = sorted((paper.width / 2, paper.height / 2))
    inside = sorted((around.width, around.height))
    assert all(2 <= wide - narrow <= 16 for narrow, wide in zip(folded, inside, strict=True))
    made = make(envelope, [RUTH], LINDE, Printer())
    assert made.misfits == ()
    assert where(read(made.pdf)[0], "Ruth")


def test_the_address_of_a_letter_shows_in_the_window_of_its_envelope():
    ruth = where(read(make("letter-a4", [RUTH], LINDE).pdf)[0], "Ruth Berg")
    assert 20 <= ruth.x <= 105
    assert 45 + 17.7 <= ruth.y <= 45 + 45


@pytest.mark.parametrize("key", SHEETS)
def test_a_test_sheet_names_every_face(key):
    made = make(key, [], LINDE, test_sheet=True)
    words = " ".join(each.words for page in read(made.pdf) for each in page)
    assert made.pages == SHEETS[key].sides
    assert ("page 2" in words) == (SHEETS[key].sides == 2)
    assert "Label 1" in words if SHEETS[key].kind == "label" else "this way up" in words


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_calibration_page_has_its_scales_where_the_folds_cross(paper):
    words = read(calibration(paper, Printer(dx_mm=1)))[0]
    width = PAPERS[paper][0]
    assert where(words, "9").words  # eight to the right of the middle, and one that is known already
    assert where(words, "150 mm across").x == pytest.approx(width / 2, abs=15)
    with pytest.raises(Refusal):
        calibration("C6")


def wishes(pdf: bytes):
    root: dict[str, dict[str, str]] = PdfReader(io.BytesIO(pdf)).root_object
    return root["/ViewerPreferences"]


def test_the_duplex_wish_is_told_to_the_viewer():
    def wish(key, **printer):
        return wishes(make(key, [RUTH], LINDE, Printer(**printer)).pdf)["/Duplex"]

    assert wish("card-side-a4") == "/DuplexFlipShortEdge"
    assert wish("card-side-a4", flips_long_edge=True) == "/DuplexFlipLongEdge"
    assert wish("card-quarter-a4") == "/Simplex"


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm (poppler-utils) is not installed")
def test_nothing_is_printed_where_an_office_printer_cannot_reach(tmp_path):
    (tmp_path / "card.pdf").write_bytes(make("card-quarter-a4", [RUTH], LINDE).pdf)
    command = ["pdftoppm", "-gray", "-r", "50.8", "-singlefile", str(tmp_path / "card.pdf"), str(tmp_path / "card")]
    subprocess.run(command, check=True)
    head, pixels = (tmp_path / "card.pgm").read_bytes().split(b"\n255\n", 1)
    width, height = (int(number) for number in head.split()[1:3])
    rows = [pixels[row * width : (row + 1) * width] for row in range(height)]
    edge = 10  # five millimetres, two dots each
    inner = [row[edge:-edge] for row in rows[edge:-edge]]
    assert min(min(row) for row in inner) < 60
    assert all(min(row) == 255 for row in rows[:edge] + rows[-edge:])
    assert all(min(row[:edge] + row[-edge:]) == 255 for row in rows)
