"""Where each face goes on the paper: pages of places, both sides of every sheet in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from .pieces import Printer
from .sheets import Panel, Sheet

T = TypeVar("T")
Place = tuple[int, float, float, int]  # a face by its number, its corner on the page, degrees turned
MARGIN, BLEED = 12.0, 3.0  # around the trimmed page when there are crop marks


class Paper(NamedTuple):
    """The page of the file: its size, how far the trimmed page lies inside, and whether it is turned as a whole."""

    width: float
    height: float
    inset: float
    turn: int


def paper(sheet: Sheet, printer: Printer, *, marks: bool) -> Paper:
    inset = MARGIN if marks else 0.0
    turn = printer.envelope_turn % 360 if sheet.kind == "envelope" else 0
    width, height = (sheet.height, sheet.width) if turn in (90, 270) else (sheet.width, sheet.height)
    return Paper(width + 2 * inset, height + 2 * inset, inset, turn)


def bleeds(sheet: Sheet, panel: Panel) -> tuple[float, float, float, float]:
    """Return how far a face may run out over its own left, upper, right and lower edge: only where the paper is cut."""
    out = [
        BLEED if panel.x <= 0.01 else 0,
        BLEED if panel.y <= 0.01 else 0,
        BLEED if panel.x + panel.width >= sheet.width - 0.01 else 0,
        BLEED if panel.y + panel.height >= sheet.height - 0.01 else 0,
    ]
    left, above, right, below = out[2:] + out[:2] if panel.turned else out
    return left, above, right, below


def place(face: int, panel: Panel, sheet: Sheet, page: Paper, printer: Printer) -> Place:
    """Put one face on its page."""
    x, y, turn = panel.x, panel.y, 180 if panel.turned else 0
    if panel.side == 1 and printer.flips_long_edge:
        x, y, turn = sheet.width - x - panel.width, sheet.height - y - panel.height, (turn + 180) % 360
    if page.turn in (90, 270):
        x, y = (page.width - panel.width) / 2 - page.inset, (page.height - panel.height) / 2 - page.inset
    return face, x + page.inset, y + page.inset, (turn + page.turn) % 360


def batches(pieces: Sequence[T], per_sheet: int, start_at: int) -> list[list[tuple[int, T]]]:
    """Deal pieces to sheets as (slot, piece), the first sheet from slot `start_at` (1 is the first)."""
    dealt: list[list[tuple[int, T]]] = []
    for number, piece in enumerate(pieces, start=start_at - 1):
        if number % per_sheet == 0 or not dealt:
            dealt.append([])
        dealt[-1].append((number % per_sheet, piece))
    return dealt
