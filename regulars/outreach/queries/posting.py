"""When a card must be in the post box to arrive in time. Pure arithmetic of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PostDays:
    """Working days a card takes: `making_days` at our table, then `home_days` or `abroad_days` with the post.

    `holidays` are days no post goes, written "2026-12-25" or, for every year, "12-25".
    """

    making_days: int = 1
    home_days: int = 2
    abroad_days: int = 7
    holidays: frozenset[str] = frozenset()

    def is_working(self, day: date) -> bool:
        written = day.isoformat()
        return day.weekday() < SATURDAY and written not in self.holidays and written[5:] not in self.holidays

    def post_on(self, occasion: date, *, is_abroad: bool = False) -> date:
        """The last working day on which a card can be posted and still be there on the day, or the day before it."""
        return self._back(self._on_or_before(occasion), self.abroad_days if is_abroad else self.home_days)

    def make_on(self, occasion: date, *, is_abroad: bool = False) -> date:
        """The day to have it printed and signed."""
        return self._back(self.post_on(occasion, is_abroad=is_abroad), self.making_days)

    def farthest(self) -> int:
        """More days ahead than any card has to be begun, weekends and holidays counted in."""
        return 2 * (self.making_days + max(self.home_days, self.abroad_days)) + 14

    def _back(self, day: date, working_days: int) -> date:
        for _step in range(working_days):
            day = self._on_or_before(day - DAY)
        return day

    def _on_or_before(self, day: date) -> date:
        """The nearest working day; a calendar without any is not believed for more than a month."""
        return next((day - n * DAY for n in range(31) if self.is_working(day - n * DAY)), day)


def read_holidays(text: str) -> tuple[list[str], list[str]]:
    """Read days out of what was typed, one or several a line: those understood, and those not."""
    understood, not_understood = set[str](), list[str]()
    for word in text.replace(",", " ").replace(";", " ").split():
        if found := _as_day(word):
            understood.add(found)
        else:
            not_understood.append(word)
    return sorted(understood), not_understood


def _as_day(word: str) -> str:
    """ "2026-12-25", "12-25", "25.12.", "25.12.2026" or "25/12" as the house writes it."""
    parts: Sequence[str] = word.strip(".").replace("/", ".").split(".")
    if len(parts) == 1:
        parts = list(reversed(word.split("-")))
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        return ""
    day, month, year = (*map(int, parts), 2024)[:3]
    if month > 12 >= day:
        month, day = day, month
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return ""
    return found.isoformat() if len(parts) == 3 else found.isoformat()[5:]
