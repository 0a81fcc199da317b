"""What goes in and what comes out. Plain text only: nothing in here is ever read as markup."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One card, letter, envelope or label for one person. `key` names it in the answer."""

    key: str
    to_lines: tuple[str, ...] = ()
    words: str = ""
    greeting: str = ""
    signed: str = ""
    qr: str = ""
    qr_says: str = ""
    language: str = "en"
    front_words: str = ""


@dataclass(frozen=True)
class Look:
    """The hand of the shop: its name, its return address, its colour, its writing and its pictures."""

    shop: str = ""
    lines: tuple[str, ...] = ()
    accent: str = "#2f5d50"
    font: str = "hand"
    front: bytes | None = None
    signature: bytes | None = None
    logo: bytes | None = None
    motif: str = "sprig"


@dataclass(frozen=True)
class Printer:
    """How a printer errs, as its calibration page told.

    Millimetres to move right and down, factors to stretch, degrees to turn clockwise. `flips_long_edge` is a printer
    that can only turn the paper over its long edge; `envelope_turn` (0, 90, 180, 270 degrees clockwise) is how an
    envelope lies in the tray.
    """

    dx_mm: float = 0
    dy_mm: float = 0
    scale_x: float = 1
    scale_y: float = 1
    skew_deg: float = 0
    flips_long_edge: bool = False
    envelope_turn: int = 0


PLAIN = Printer()  # one that prints straight


@dataclass(frozen=True)
class Misfit:
    """A piece that was left out, and why, in a sentence for the owner."""

    key: str
    why: str


@dataclass(frozen=True)
class Made:
    """The printed matter. Pieces named in `misfits` are not in `pdf`, which is empty when nothing was left to print."""

    pdf: bytes
    pages: int
    misfits: tuple[Misfit, ...] = ()
