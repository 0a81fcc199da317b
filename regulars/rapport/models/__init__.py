"""The nouns of this room, one file a topic."""

from .asking import AskingPage, ConsentWording, Knock, SheetWay
from .encounters import Direction, Encounter, EncounterKind
from .enquiries import LIVE, WAITING, CameBy, Enquiry, LostWhy, Met, State

__all__ = [
    "LIVE",
    "WAITING",
    "AskingPage",
    "CameBy",
    "ConsentWording",
    "Direction",
    "Encounter",
    "EncounterKind",
    "Enquiry",
    "Knock",
    "LostWhy",
    "Met",
    "SheetWay",
    "State",
]
