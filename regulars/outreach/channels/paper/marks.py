"""Marks for the cutter and the folder, and the test sheet that tells which face lies where."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .elements import QUIET, Item, face, flow, line, part, rect
from .imposing import BLEED, Paper
from .sheets import Sheet

MARK, GAP = 6.0, 2.0
ACCENT = "#2f5d50"


def crop_marks(sheet: Sheet, page: Paper) -> Item:
    """Return the marks around the trimmed page: corners to cut at, dashed lines to fold at."""
    left, above = page.inset, page.inset
    right, below = page.width - page.inset, page.height - page.inset
    outer = BLEED + GAP
    items = []
    for x in (left, right):
        items += [line(x, above - outer - MARK, x, above - outer), line(x, below + outer, x, below + outer + MARK)]
    for y in (above, below):
        items += [line(left - outer - MARK, y, left - outer, y), line(right + outer, y, right + outer + MARK, y)]
    for fold in sheet.folds:
        if fold.across:
            y = above + fold.at
            items += [line(a, y, a + MARK, y, dashed=True) for a in (left - outer - MARK, right + outer)]
        else:
            x = left + fold.at
            items += [line(x, a, x, a + MARK, dashed=True) for a in (above - outer - MARK, below + outer)]
    return face(page.width, page.height, items)


def folds(sheet: Sheet, page: Paper) -> Item:
    """Return dashed lines where the paper is folded, or cut, across the whole sheet."""
    left, above, items = page.inset, page.inset, []
    for fold in sheet.folds:
        if fold.across:
            items.append(line(left, above + fold.at, page.width - left, above + fold.at, thick=0.25, dashed=True))
        else:
            items.append(line(left + fold.at, above, left + fold.at, page.height - above, thick=0.25, dashed=True))
    return face(page.width, page.height, items)


def _names() -> dict[str, str]:
    return {
        "front": _("Front of the card"),
        "inside_left": _("Inside, the left or upper page"),
        "inside_right": _("Inside, where the words go"),
        "back": _("Back of the card"),
        "picture": _("Picture side"),
        "writing": _("Written side"),
        "letter": _("Letter"),
        "envelope": _("Envelope, the side with the address"),
        "label": _("Label %(number)d"),
    }


def tested(sheet: Sheet, slot: int) -> dict[str, Item]:
    """Return the marked faces for one place of the sheet."""
    faces = {}
    for panel in sheet.slots[slot]:
        name = _names()[panel.face]
        name = name % {"number": slot + 1} if "%(" in name else name
        side = _sides()[panel.side] if sheet.sides == 2 else _hint(sheet)
        faces[panel.face] = _marked(panel.width, panel.height, name, side, small=sheet.kind == "label")
    return faces


def _sides() -> tuple[str, str]:
    return (
        _("This is page 1."),
        _(
            "This is page 2. Turn the sheet over its short edge: this must stand upright then. If it stands on its "
            "head, note for this printer that it turns the paper over the long edge."
        ),
    )


def _hint(sheet: Sheet) -> str:
    if sheet.kind == "card":
        return _("One side only. Fold the sheet along the broken lines: first the upper half back, then the left half.")
    return ""


def _marked(width: float, height: float, name: str, side: str, *, small: bool) -> Item:
    inset = 0.5 if small else 6.0
    size = min(14, max(5, height * 0.4))
    items = [rect(inset, inset, width - 2 * inset, height - 2 * inset, ink="#b9b1a6")]
    if small:
        items.append(
            flow(1, 1, width - 2, height - 2, [part(name, size, tag="shop", least=4, align="center")], "middle")
        )
        return face(width, height, items)
    middle = width / 2
    items += [rect(0, 0, width, height, ink="#b9b1a6"), *_arrow(middle, inset + 5)]
    words = [
        part(_("this way up"), 9, tag="shop", align="center", ink=QUIET),
        part(name, 15, tag="shop", align="center", above=5, ink=ACCENT),
        part(side, 10, tag="shop", align="center", above=3),
    ]
    items.append(flow(10, inset + 16, width - 20, height - inset - 26, words))
    return face(width, height, items)


def _arrow(x: float, y: float) -> list[Item]:
    """Draw an arrow that points up."""
    strokes = [line(x, y, x, y + 9, thick=0.5, ink=ACCENT)]
    strokes.append(line(x, y, x + 3, y + 3.5, thick=0.5, ink=ACCENT))
    strokes.append({**line(x, y, x, y + 3.5, thick=0.5, ink=ACCENT), "to-x": -3})
    return strokes
