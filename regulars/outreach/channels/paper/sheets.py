"""The sheets, as data in millimetres: paper, panels, folds. Page 2 is seen after a turn over the short edge."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

INCH = 25.4
PAPERS: dict[str, tuple[float, float]] = {
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "Letter": (215.9, 279.4),
    "4x6": (101.6, 152.4),
    "C6": (162, 114),
    "DL": (220, 110),
    "C5": (229, 162),
    "#10": (241.3, 104.775),
    "A2 envelope": (146.05, 111.125),
}


@dataclass(frozen=True)
class Panel:
    """A face on the paper: which one, on which side, its corner and size, and whether it stands on its head."""

    face: str
    side: int
    x: float
    y: float
    width: float
    height: float
    turned: bool = False


@dataclass(frozen=True)
class Fold:
    """A line to fold along, on side `side`: across the paper at `at` from the top, or down it at `at` from the left."""

    across: bool
    at: float


@dataclass(frozen=True)
class Sheet:
    """One kind of paper and what stands where on it. `slots` holds the panels of each piece that fits on one sheet."""

    key: str
    name: str | Promise
    kind: str
    paper: str
    width: float
    height: float
    slots: tuple[tuple[Panel, ...], ...]
    folds: tuple[Fold, ...] = ()
    least_pt: float = 9
    form: str = ""
    ticks: tuple[float, ...] = ()

    @property
    def per_sheet(self) -> int:
        return len(self.slots)

    @property
    def sides(self) -> int:
        return 1 + max(panel.side for panel in self.slots[0])

    @property
    def is_landscape(self) -> bool:
        return self.width > self.height


def _quarter(key: str, name: Promise, paper: str) -> Sheet:
    width, height = PAPERS[paper]
    w, h = width / 2, height / 2
    panels = (
        Panel("inside_right", 0, 0, 0, w, h, turned=True),
        Panel("inside_left", 0, w, 0, w, h, turned=True),
        Panel("back", 0, 0, h, w, h),
        Panel("front", 0, w, h, w, h),
    )
    return Sheet(key, name, "card", paper, width, height, (panels,), (Fold(True, h), Fold(False, w)))


def _side(key: str, name: Promise, paper: str) -> Sheet:
    height, width = PAPERS[paper]
    w = width / 2
    panels = (
        Panel("back", 0, 0, 0, w, height),
        Panel("front", 0, w, 0, w, height),
        Panel("inside_left", 1, 0, 0, w, height),
        Panel("inside_right", 1, w, 0, w, height),
    )
    return Sheet(key, name, "card", paper, width, height, (panels,), (Fold(False, w),))


def _top(key: str, name: Promise, paper: str) -> Sheet:
    width, height = PAPERS[paper]
    h = height / 2
    panels = (
        Panel("back", 0, 0, 0, width, h, turned=True),
        Panel("front", 0, 0, h, width, h),
        Panel("inside_left", 1, 0, 0, width, h),
        Panel("inside_right", 1, 0, h, width, h),
    )
    return Sheet(key, name, "card", paper, width, height, (panels,), (Fold(True, h),))


def _postcard(key: str, name: Promise, paper: str) -> Sheet:
    height, width = PAPERS[paper]
    panels = (Panel("picture", 0, 0, 0, width, height), Panel("writing", 1, 0, 0, width, height))
    return Sheet(key, name, "postcard", paper, width, height, (panels,))


def _postcards(key: str, name: Promise, paper: str) -> Sheet:
    """Four to a sheet, to be cut; each back lies behind its front and is upright when the card is turned sideways."""
    height, width = PAPERS[paper]
    w, h = width / 2, height / 2
    slots = tuple(
        (
            Panel("picture", 0, column * w, row * h, w, h),
            Panel("writing", 1, (1 - column) * w, row * h, w, h),
        )
        for row in range(2)
        for column in range(2)
    )
    return Sheet(key, name, "postcard", paper, width, height, slots, (Fold(True, h), Fold(False, w)))


def _letter(key: str, name: Promise, paper: str, form: str, ticks: tuple[float, ...]) -> Sheet:
    width, height = PAPERS[paper]
    return Sheet(
        key, name, "letter", paper, width, height, ((Panel("letter", 0, 0, 0, width, height),),), form=form, ticks=ticks
    )


def _envelope(key: str, name: Promise, paper: str) -> Sheet:
    width, height = PAPERS[paper]
    return Sheet(key, name, "envelope", paper, width, height, ((Panel("envelope", 0, 0, 0, width, height),),))


@dataclass(frozen=True)
class Grid:
    """A sheet of labels: the corner of the first, their size, and the way from one to the next (label and gap)."""

    paper: str
    columns: int
    rows: int
    left: float
    top: float
    width: float
    height: float
    step_x: float
    step_y: float


def _labels(key: str, name: str, grid: Grid, least_pt: float = 7) -> Sheet:
    width, height = PAPERS[grid.paper]
    slots = tuple(
        (Panel("label", 0, grid.left + column * grid.step_x, grid.top + row * grid.step_y, grid.width, grid.height),)
        for row in range(grid.rows)
        for column in range(grid.columns)
    )
    return Sheet(key, name, "label", grid.paper, width, height, slots, least_pt=least_pt)


SHEETS: dict[str, Sheet] = {
    sheet.key: sheet
    for sheet in (
        _quarter("card-quarter-a4", _("Folded card from A4, printed on one side, folded twice"), "A4"),
        _side("card-side-a4", _("Folded card from A4, opens like a book"), "A4"),
        _top("card-top-a4", _("Folded card from A4, opens upwards"), "A4"),
        _quarter("card-quarter-letter", _("Folded card from US Letter, printed on one side, folded twice"), "Letter"),
        _side("card-side-letter", _("Folded card from US Letter, opens like a book"), "Letter"),
        _top("card-top-letter", _("Folded card from US Letter, opens upwards"), "Letter"),
        _postcard("postcard-a6", _("Postcard, A6"), "A6"),
        _postcard("postcard-4x6", _("Postcard, 4 by 6 inches"), "4x6"),
        _postcards("postcards-a4", _("Four postcards from A4, to be cut"), "A4"),
        _letter("letter-a4", _("Letter, A4, for an envelope with a window"), "A4", "din5008b", (105, 210)),
        _letter(
            "letter-us", _("Letter, US Letter, for a number 10 envelope with a window"), "Letter", "us10", (93.1, 186.3)
        ),
        _envelope("envelope-c6", _("Envelope C6, for a folded card from A4"), "C6"),
        _envelope("envelope-dl", _("Envelope DL, for a letter folded in three"), "DL"),
        _envelope("envelope-c5", _("Envelope C5, for a card that opens like a book"), "C5"),
        _envelope("envelope-a2", _("Envelope A2, for a folded card from US Letter"), "A2 envelope"),
        _envelope("envelope-10", _("Envelope number 10, for a US letter"), "#10"),
        _labels("label-l7160", "Avery L7160 (63.5 × 38.1 mm)", Grid("A4", 3, 7, 7.25, 15.15, 63.5, 38.1, 66, 38.1)),
        _labels("label-l7163", "Avery L7163 (99.1 × 38.1 mm)", Grid("A4", 2, 7, 4.65, 15.15, 99.1, 38.1, 101.6, 38.1)),
        _labels("label-l4731", "Avery L4731 (25.4 × 10 mm)", Grid("A4", 7, 27, 8.48, 13.5, 25.4, 10, 27.94, 10), 4.5),
        _labels("label-5160", "Avery 5160 (2⅝ × 1 in)", Grid("Letter", 3, 10, 4.7625, 12.7, 66.675, 25.4, 69.85, 25.4)),
        _labels(
            "label-5163", "Avery 5163 (4 × 2 in)", Grid("Letter", 2, 5, 3.96875, 12.7, 101.6, 50.8, 106.3625, 50.8)
        ),
        _labels("label-herma-4464", "Herma 4464 (70 × 37 mm)", Grid("A4", 3, 8, 0, 0.5, 70, 37, 70, 37)),
        _labels("label-herma-4625", "Herma 4625 (105 × 42.3 mm)", Grid("A4", 2, 7, 0, 0.45, 105, 42.3, 105, 42.3)),
        _labels("label-herma-4457", "Herma 4457 (105 × 48 mm)", Grid("A4", 2, 6, 0, 4.5, 105, 48, 105, 48)),
    )
}
