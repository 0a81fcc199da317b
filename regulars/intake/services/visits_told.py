"""What a pasted line said of visits, as a note says it: written in one language, read back in any."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _


def every(days: int | str) -> str:
    return _("Comes about every %(days)d days.") % {"days": int(days)}


def last_here(day: date | str) -> str:
    return _("Last here about %(day)s.") % {"day": str(day)}


def spends(amount: str) -> str:
    return _("Spends about %(amount)s.") % {"amount": amount}


def visits_noted(text: str) -> tuple[int | None, date | None]:
    """Read back from a note how many days lie between visits, and the day of the last; whoever wrote it."""
    gap, seen = _found(every, text), _found(last_here, text)
    return int(gap) if gap else None, _day(seen)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def said_again(text: str) -> str:
    """The same note with what it says of visits in the language of whoever reads it; all else as it was written."""
    for sentence in (every, last_here, spends):
        for pattern in _patterns(sentence):
            text = re.sub(pattern, lambda found, say=sentence: say(found["told"]), text)  # type: ignore[misc]  # one each
    return text


def _found(sentence: Callable[[str], str], text: str) -> str:
    for pattern in _patterns(sentence):
        if found := re.search(pattern, text):
            return found["told"]
    return ""


SHAPES: dict[str, tuple[str, str]] = {
    "every": ("7654", r"(?P<told>\d{1,4})"),
    "last_here": ("2000-01-01", r"(?P<told>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))"),
    "spends": ("7654", r"(?P<told>\d+(?:\.\d+)?)"),
}


@lru_cache
def _patterns(sentence: Callable[[str], str]) -> tuple[str, ...]:
    """How each language of the house says it, on a line of its own."""
    specimen, figures = SHAPES[sentence.__name__]
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            before, _specimen, after = sentence(specimen).partition(specimen)
        found.append(f"(?m:^{re.escape(before)}{figures}{re.escape(after)}$)")
    return tuple(dict.fromkeys(found))
