"""The kinds of lines, in the order of the page: who waits for us first, then base care as it is due."""

from __future__ import annotations

from regulars.today.lines import anniversary, birthday, question, reminder, slipped, thank_you
from regulars.today.lines.shape import Draft, Due, Kind, Line

KINDS: tuple[Kind, ...] = (
    question.KIND,
    reminder.KIND,
    thank_you.KIND,
    birthday.KIND,
    anniversary.KIND,
    slipped.KIND,
)
BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}

__all__ = ["BY_KEY", "KINDS", "Draft", "Due", "Kind", "Line"]
