"""Read a printed page as a person would: where each word stands, and which way up, after folding and turning."""

from __future__ import annotations

import io
import math
from typing import NamedTuple

from pypdf import PdfReader

from regulars.outreach.channels.paper import Look, Piece

MM = 25.4 / 72
LINDE = Look("Atelier Linde", ("Lindenstraße 12", "10969 Berlin"), "#7a3b2e", "book")
WORDS = "thank you for coming back on Saturday. The blue dress suits you well."
RUTH = Piece(
    "ruth", ("Ruth Berg", "Gartenweg 3", "50667 Köln"), WORDS, "Dear Ruth,", "Linde", "https://example.com/c/abc",
    "Your own page", "en", "Merci",
)  # fmt: skip


class Said(NamedTuple):
    """A piece of text: its words, its place in mm from the upper left corner, and the degrees it is turned."""

    words: str
    x: float
    y: float
    turned: int


def read(pdf: bytes) -> list[list[Said]]:
    """Return what every page says."""
    return [_page(page) for page in PdfReader(io.BytesIO(pdf)).pages]


def _page(page) -> list[Said]:
    found: list[Said] = []
    height = float(page.mediabox.height)

    def visit(text, cm, tm, _font, _size):
        if not text.strip():
            return
        a, b = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        found.append(Said(text.strip(), x * MM, (height - y) * MM, round(math.degrees(math.atan2(b, a))) % 360))

    page.extract_text(visitor_text=visit)
    return found


def where(said: list[Said], words: str) -> Said:
    """Return where a word stands, the first time it does."""
    return next(each for each in said if words in each.words)
