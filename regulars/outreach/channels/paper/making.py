"""Make cards, letters, envelopes and labels: compose the faces, see that everything fits, put them on paper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

from . import boxes, glyphs, imposing
from .cleaning import clean, visible
from .elements import Item, face, rect
from .faces import FACES, Room
from .marks import crop_marks, folds, tested
from .misfits import no_address, no_letters, too_long, too_long_code
from .motifs import motif
from .pieces import PLAIN, Look, Made, Misfit, Piece, Printer
from .pressing import Job, Press, Unfit
from .sheets import SHEETS, Sheet

LONGEST_CODE = 250
SHOW_CODES = {"card", "postcard", "letter"}
NEED_ADDRESS = {"envelope", "label"}
Composed = dict[str, Item]  # the faces of one piece, by their names


def sheet_of(key: str) -> Sheet:
    """Return a sheet by its key."""
    if key not in SHEETS:
        raise Refusal(_("There is no sheet of this name."))
    return SHEETS[key]


def pictures_of(look: Look) -> dict[str, bytes]:
    given = {"front": look.front, "signature": look.signature, "logo": look.logo}
    return {name: picture for name, picture in given.items() if picture} | {"motif": motif(look.motif, look.accent)}


def compose(sheet: Sheet, piece: Piece, look: Look, *, to_edge: bool = False) -> Composed:
    """Return every face of one piece."""
    composed = {}
    for panel in sheet.slots[0]:
        bleed = imposing.bleeds(sheet, panel) if to_edge else (0, 0, 0, 0)
        composed[panel.face] = FACES[panel.face](piece, look, Room(sheet, panel.width, panel.height, bleed, to_edge))
    return composed


def words_of(composed: Composed) -> str:
    """Return all words on the faces, to see which letters they need."""
    flows = (item for each in composed.values() for item in each["items"] if item["kind"] == "flow")
    parts = (one for each in flows for one in each["parts"] if "text" in one)
    return "".join(line for one in parts for lines in one["text"] for line in lines)


def _before_press(
    sheet: Sheet, composed: Sequence[Composed], pieces: Sequence[Piece]
) -> tuple[dict[int, str], list[Path]]:
    """Return why some pieces will not do, and the fonts of this machine that the others need."""
    signs = [visible(words_of(each)) for each in composed]
    missing, helpers = glyphs.look_up(set().union(*signs))
    why = {number: no_letters(missing & needs) for number, needs in enumerate(signs) if missing & needs}
    for number, piece in enumerate(pieces):
        if sheet.kind in NEED_ADDRESS and not visible(clean("".join(piece.to_lines))):
            why[number] = no_address()
        if sheet.kind in SHOW_CODES and len(piece.qr.encode()) > LONGEST_CODE:
            why.setdefault(number, too_long_code())
    return why, helpers


def make(
    sheet: str,
    pieces: Sequence[Piece],
    look: Look,
    printer: Printer = PLAIN,
    *,
    start_at: int = 1,
    marks: bool = False,
    test_sheet: bool = False,
) -> Made:
    """Return the pages for all pieces that fit, in the order given, and those that do not, with the reason.

    `start_at` is the first free label of a sheet already begun. `marks` adds bleed and crop marks for a print shop.
    `test_sheet` makes one sheet that tells which face is where, instead of the pieces.
    """
    kind = sheet_of(sheet)
    if not 1 <= start_at <= kind.per_sheet:
        raise Refusal(_("This sheet has %(count)d places: start at one of them.") % {"count": kind.per_sheet})
    with Press(piece.qr for piece in pieces if _shows_code(kind, piece)) as press:
        order = Order(kind, look, printer, press, marks)
        if test_sheet:
            return order.printed([tested(kind, slot) for slot in range(kind.per_sheet)], over=folds(kind, order.page))
        return _all_that_fit(order, pieces, start_at)


def _shows_code(sheet: Sheet, piece: Piece) -> bool:
    return sheet.kind in SHOW_CODES and 0 < len(piece.qr.encode()) <= LONGEST_CODE


def _all_that_fit(order: Order, pieces: Sequence[Piece], start_at: int) -> Made:
    composed = [compose(order.sheet, piece, order.look, to_edge=order.marks) for piece in pieces]
    why, order.helpers = _before_press(order.sheet, composed, pieces)
    while True:
        kept = [number for number in range(len(pieces)) if number not in why]
        misfits = tuple(Misfit(pieces[number].key, why[number]) for number in sorted(why))
        if not kept:
            return Made(b"", 0, misfits)
        try:
            made = order.printed([composed[number] for number in kept], start_at=start_at)
        except Overflow as over:
            why |= {kept[place]: sentence for place, sentence in over.why.items()}
        else:
            return Made(made.pdf, made.pages, misfits)


class Overflow(Exception):
    """Pieces, by their place, whose words are too long, each with its sentence."""

    def __init__(self, why: dict[int, str]) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Order:
    """What all pages of one making have in common."""

    sheet: Sheet
    look: Look
    printer: Printer
    press: Press
    marks: bool
    helpers: Sequence[Path] = ()

    @property
    def page(self) -> imposing.Paper:
        return imposing.paper(self.sheet, self.printer, marks=self.marks)

    def printed(self, composed: Sequence[Composed], *, start_at: int = 1, over: Item | None = None) -> Made:
        """Lay the faces on pages and print them."""
        page = self.page
        job = Job(page.width, page.height, pictures_of(self.look), self.printer, self.helpers, codes=self.press.codes)
        overlays = [each for each in (crop_marks(self.sheet, page) if self.marks else None, over) if each]
        used = self._impose(composed, job, [job.take(each) for each in overlays], start_at)
        try:
            pdf = self.press.print(job)
        except Unfit as unfit:
            raise Overflow(_blamed(unfit, job, used)) from None
        return Made(self._dressed(pdf), len(job.pages))

    def _impose(self, composed: Sequence[Composed], job: Job, overlays: list[int], start_at: int) -> list[list[int]]:
        """Lay the faces on pages; return the numbers of the faces of each piece."""
        page, used = self.page, []
        for dealt in imposing.batches(composed, self.sheet.per_sheet, start_at):
            sides: list[list[imposing.Place]] = [[] for _side in range(self.sheet.sides)]
            for slot, faces in dealt:
                mine = {name: job.take(each) for name, each in faces.items()}
                used.append(list(mine.values()))
                for panel in self.sheet.slots[slot]:
                    place = imposing.place(mine[panel.face], panel, self.sheet, page, self.printer)
                    sides[panel.side].append(place)
            job.pages += [[*side, *((number, 0, 0, 0) for number in overlays)] for side in sides]
        return used

    def _dressed(self, pdf: bytes) -> bytes:
        duplex = "Simplex"
        if self.sheet.sides == 2:
            duplex = "DuplexFlipLongEdge" if self.printer.flips_long_edge else "DuplexFlipShortEdge"
        trim, bleed = (imposing.MARGIN, imposing.BLEED) if self.marks else (0, 0)
        return boxes.dress(pdf, trim=trim, bleed=bleed, duplex=duplex)


def _blamed(unfit: Unfit, job: Job, used: Sequence[Sequence[int]]) -> dict[int, str]:
    """Return for each piece, by its place, the sentence on what does not fit."""
    items = list(job.items)
    sentences = {number: too_long(json.loads(items[number])) for number in unfit.items}
    of_face = [[n for n in json.loads(told)["items"] if n in sentences] for told in job.faces]
    bad = {place: [n for face in faces for n in of_face[face]] for place, faces in enumerate(used)}
    return {place: sentences[numbers[0]] for place, numbers in bad.items() if numbers}


def finished(sheet: str, name: str, piece: Piece, look: Look, *, bleed: float) -> bytes:
    """Return one face as a page for a print shop (PDF): in true size, with `bleed` mm all around to be cut off.

    Refuses what does not fit.
    """
    kind = sheet_of(sheet)
    panel = kind.slots[0][0]
    drawn = FACES[name](piece, look, Room(kind, panel.width, panel.height, (bleed,) * 4, True))
    why, helpers = _before_press(kind, [{name: drawn}], [piece])
    if why:
        raise Refusal(why[0])
    with Press([piece.qr] if _shows_code(kind, piece) else []) as press:
        size = (panel.width + 2 * bleed, panel.height + 2 * bleed)
        job = Job(*size, pictures_of(look), helpers=helpers, codes=press.codes)
        job.pages.append([(job.take(drawn), bleed, bleed, 0)])
        try:
            return boxes.dress(press.print(job), trim=bleed, bleed=bleed)
        except Unfit as unfit:
            raise Refusal(too_long(json.loads(list(job.items)[unfit.items[0]]))) from None


def check(sheet: str, pieces: Sequence[Piece], look: Look) -> tuple[Misfit, ...]:
    """Return the pieces that could not be printed, and why, without printing any."""
    return make(sheet, pieces, look).misfits


def preview(sheet: str, piece: Piece, look: Look) -> bytes:
    """Return one piece as a picture (PNG), its faces side by side as one reads them. Refuses what does not fit."""
    kind = sheet_of(sheet)
    composed = compose(kind, piece, look)
    why, helpers = _before_press(kind, [composed], [piece])
    if why:
        raise Refusal(why[0])
    gap = 4.0
    order = [name for name in FACES if name in composed]
    shown = [composed[name] for name in order]
    across = shown[0]["width"] > shown[0]["height"]
    with Press([piece.qr] if _shows_code(kind, piece) else []) as press:
        job = Job(*_spread(shown, gap, across), pictures_of(look), helpers=helpers, codes=press.codes)
        job.pages.append(list(_beside(shown, gap, across, job)))
        try:
            return press.print(job, out="png", ppi=130)
        except Unfit as unfit:
            raise Refusal(too_long(json.loads(list(job.items)[unfit.items[0]]))) from None


def _spread(shown: Sequence[Item], gap: float, across: bool) -> tuple[float, float]:
    wide, tall = shown[0]["width"], shown[0]["height"]
    columns = 1 if across or len(shown) == 1 else 2
    rows = -(-len(shown) // columns)
    return columns * (wide + gap) + gap, rows * (tall + gap) + gap


def _beside(shown: Sequence[Item], gap: float, across: bool, job: Job) -> Iterable[imposing.Place]:
    wide, tall = shown[0]["width"], shown[0]["height"]
    columns = 1 if across or len(shown) == 1 else 2
    yield job.take(face(job.width, job.height, [rect(0, 0, job.width, job.height, fill="#ece6dc")])), 0, 0, 0
    for number, each in enumerate(shown):
        x, y = gap + number % columns * (wide + gap), gap + number // columns * (tall + gap)
        yield job.take(face(wide, tall, [rect(0, 0, wide, tall, fill="#ffffff")])), x, y, 0
        yield job.take(each), x, y, 0
