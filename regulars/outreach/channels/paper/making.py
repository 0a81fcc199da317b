"""Make cards, letters, envelopes and labels: compose the faces, see that everything fits, put them on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

from . import boxes, glyphs, imposing
from .cleaning import visible
from .elements import Item, face, rect
from .faces import FACES, Room
from .marks import crop_marks, tested
from .misfits import no_letters, too_long, too_long_code
from .motifs import motif
from .pieces import PLAIN, Look, Made, Misfit, Piece, Printer
from .pressing import Job, Unfit, press
from .sheets import SHEETS, Sheet

LONGEST_CODE = 250
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


def _before_press(composed: Sequence[Composed], pieces: Sequence[Piece]) -> tuple[dict[int, str], list[Path]]:
    """Return why some pieces will not do, and the fonts of this machine that the others need."""
    signs = [visible(words_of(each)) for each in composed]
    missing, helpers = glyphs.look_up(set().union(*signs))
    why = {number: no_letters(missing & needs) for number, needs in enumerate(signs) if missing & needs}
    for number, piece in enumerate(pieces):
        if len(piece.qr.encode()) > LONGEST_CODE:
            why.setdefault(number, too_long_code())
    return why, helpers


def _impose(
    sheet: Sheet, composed: Sequence[Composed], job: Job, printer: Printer, *, start_at: int, marks: bool
) -> list[list[int]]:
    """Lay the faces on pages; return the numbers of the faces of each piece."""
    page = imposing.paper(sheet, printer, marks=marks)
    over = job.take(crop_marks(sheet, page)) if marks else None
    used = []
    for dealt in imposing.batches(composed, sheet.per_sheet, start_at):
        sides: list[list[imposing.Place]] = [[] for _side in range(sheet.sides)]
        for slot, faces in dealt:
            mine = {name: job.take(each) for name, each in faces.items()}
            used.append(list(mine.values()))
            for panel in sheet.slots[slot]:
                sides[panel.side].append(imposing.place(mine[panel.face], panel, sheet, page, printer))
        for side in sides:
            job.pages.append(side if over is None else [*side, (over, 0, 0, 0)])
    return used


def _dressed(pdf: bytes, sheet: Sheet, printer: Printer, *, marks: bool) -> bytes:
    duplex = "Simplex"
    if sheet.sides == 2:
        duplex = "DuplexFlipLongEdge" if printer.flips_long_edge else "DuplexFlipShortEdge"
    inset, bleed = (imposing.MARGIN, imposing.BLEED) if marks else (0, 0)
    return boxes.dress(pdf, trim=inset, bleed=bleed, duplex=duplex)


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
    if test_sheet:
        return _printed(kind, [tested(kind, slot) for slot in range(kind.per_sheet)], look, printer, [], 1, marks)
    composed = [compose(kind, piece, look, to_edge=marks) for piece in pieces]
    why, helpers = _before_press(composed, pieces)
    while True:
        kept = [number for number in range(len(pieces)) if number not in why]
        misfits = tuple(Misfit(pieces[number].key, why[number]) for number in sorted(why))
        if not kept:
            return Made(b"", 0, misfits)
        try:
            made = _printed(kind, [composed[number] for number in kept], look, printer, helpers, start_at, marks)
        except Overflow as over:
            why |= {kept[place]: sentence for place, sentence in over.why.items()}
        else:
            return Made(made.pdf, made.pages, misfits)


class Overflow(Exception):
    """Pieces, by their place, whose words are too long, each with its sentence."""

    def __init__(self, why: dict[int, str]) -> None:
        super().__init__(why)
        self.why = why


def _printed(
    sheet: Sheet,
    composed: Sequence[Composed],
    look: Look,
    printer: Printer,
    helpers: Sequence[Path],
    start_at: int,
    marks: bool,
) -> Made:
    page = imposing.paper(sheet, printer, marks=marks)
    job = Job(page.width, page.height, pictures_of(look), printer, helpers)
    used = _impose(sheet, composed, job, printer, start_at=start_at, marks=marks)
    try:
        pdf = press(job)
    except Unfit as unfit:
        raise Overflow(_blamed(unfit, job, used)) from None
    return Made(_dressed(pdf, sheet, printer, marks=marks), len(job.pages))


def _blamed(unfit: Unfit, job: Job, used: Sequence[Sequence[int]]) -> dict[int, str]:
    sentences = {number: too_long(job.face(number)["items"][item]) for number, item in reversed(unfit.places)}
    return {
        place: sentences[bad[0]]
        for place, faces in enumerate(used)
        if (bad := [number for number in faces if number in sentences])
    }


def check(sheet: str, pieces: Sequence[Piece], look: Look) -> tuple[Misfit, ...]:
    """Return the pieces that could not be printed, and why, without printing any."""
    return make(sheet, pieces, look).misfits


def preview(sheet: str, piece: Piece, look: Look) -> bytes:
    """Return one piece as a picture (PNG), its faces side by side as one reads them. Refuses what does not fit."""
    kind = sheet_of(sheet)
    composed = compose(kind, piece, look)
    why, helpers = _before_press([composed], [piece])
    if why:
        raise Refusal(why[0])
    gap = 4.0
    order = [name for name in FACES if name in composed]
    shown = [composed[name] for name in order]
    across = shown[0]["width"] > shown[0]["height"]
    job = Job(*_spread(shown, gap, across), pictures_of(look), helpers=helpers)
    job.pages.append(list(_beside(shown, gap, across, job)))
    try:
        return press(job, out="png", ppi=130)
    except Unfit as unfit:
        number, item = unfit.places[0]
        raise Refusal(too_long(job.face(number)["items"][item])) from None


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
