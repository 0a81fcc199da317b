"""Paper: folded cards, postcards, letters, envelopes and labels.

Pure: what is to be printed goes in as plain text and pictures, a PDF in true size comes out. Knows no database. The
typesetter runs in a child process; words reach it as data and are never read as markup. Sheets are data in millimetres.
"""

from .calibrating import calibration
from .making import check, finished, make, preview
from .pieces import Look, Made, Misfit, Piece, Printer
from .sheets import SHEETS, Sheet

__all__ = [
    "SHEETS",
    "Look",
    "Made",
    "Misfit",
    "Piece",
    "Printer",
    "Sheet",
    "calibration",
    "check",
    "finished",
    "make",
    "preview",
]
