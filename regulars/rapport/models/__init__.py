"""The nouns of this room, one file a topic."""

from .asked_yes import AskedLetter, AskedYes
from .asking import AskingPage, ConsentWording, Knock, SheetWay
from .belongings import Belonging
from .dues import Outcome, Owed, Side
from .encounters import Direction, Encounter, EncounterKind
from .enquiries import LIVE, WAITING, CameBy, Enquiry, LostWhy, Met, State
from .life import LifeEvent
from .ties import KindRhythm, Tie

__all__ = [
    "LIVE",
    "WAITING",
    "AskedLetter",
    "AskedYes",
    "AskingPage",
    "Belonging",
    "CameBy",
    "ConsentWording",
    "Direction",
    "Encounter",
    "EncounterKind",
    "Enquiry",
    "KindRhythm",
    "Knock",
    "LifeEvent",
    "LostWhy",
    "Met",
    "Outcome",
    "Owed",
    "SheetWay",
    "Side",
    "State",
    "Tie",
]
