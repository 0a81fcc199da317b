"""The named cast, shared by the demo and the whole-house tests: five people everybody in the house knows.

Ann comes every week, Bo drifts, Cy has lapsed, Di said no, Eva was sent by Ann. Ruth is the unhappy one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Role:
    """One of the cast: who they are and the days, counted back from the day the story is told, on which they bought."""

    key: str
    full_name: str
    given_name: str
    family_name: str
    email: str
    phone: str
    bought_days_ago: Sequence[int]
    birthday_in_days: int | None = None
    birth_year: int | None = None
    is_told_no: bool = False
    sent_by: str = ""
    likes: str = ""
    note: str = ""
    tags: tuple[str, ...] = field(default_factory=tuple)

    def bought_on(self, on: date) -> list[date]:
        return sorted(on - timedelta(days=days) for days in self.bought_days_ago)


ANN = Role(
    "ann",
    "Ann Kavanagh",
    "Ann",
    "Kavanagh",
    "ann.kavanagh@example.com",
    "020 912 0001",
    range(7, 720, 7),
    birthday_in_days=5,
    birth_year=1968,
    likes="green, and to be told when something comes in her size",
    tags=("inner circle",),
)
BO = Role(
    "bo",
    "Bo Lindqvist",
    "Bo",
    "Lindqvist",
    "bo.lindqvist@example.com",
    "020 912 0002",
    [96, 137, 179, 219, 262, 301, 344, 384],
    likes="blue and silver, never gold",
    note="Her daughter was getting married in October.",
)
CY = Role("cy", "Cy Doherty", "Cy", "Doherty", "cy.doherty@example.com", "020 912 0003", [430, 466, 510, 551, 590])
DI = Role(
    "di",
    "Di Fernández",
    "Di",
    "Fernández",
    "di.fernandez@example.com",
    "020 912 0004",
    [7, 61, 122, 200],
    is_told_no=True,
    note="Asked not to be written to. Loves to be recognised in the shop.",
)
EVA = Role(
    "eva",
    "Eva Nowak",
    "Eva",
    "Nowak",
    "eva.nowak@example.com",
    "020 912 0005",
    [7, 40],
    sent_by="ann",
    birthday_in_days=12,
    note="Ann sent her.",
)
RUTH = Role(
    "ruth",
    "Ruth Osei",
    "Ruth",
    "Osei",
    "ruth.osei@example.com",
    "020 912 0006",
    [9, 45, 90, 150, 213],
    note="The clasp opened twice on the first evening. She was not happy, and she was right.",
)

CAST: tuple[Role, ...] = (ANN, BO, CY, DI, EVA, RUTH)
