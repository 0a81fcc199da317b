"""Opening hours as an owner writes them: "9-13, 14-18:30" for a day, nothing when closed."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.errors import Refusal

DAYS = (
    ("mon", gettext_lazy("Monday")),
    ("tue", gettext_lazy("Tuesday")),
    ("wed", gettext_lazy("Wednesday")),
    ("thu", gettext_lazy("Thursday")),
    ("fri", gettext_lazy("Friday")),
    ("sat", gettext_lazy("Saturday")),
    ("sun", gettext_lazy("Sunday")),
)
SPAN = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2})?)?\s*(am|pm)?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.h](\d{2})?)?\s*(am|pm)?", re.I
)

Spans = list[list[str]]


def parse(text: str) -> Spans:
    """Read one day: [["09:00", "13:00"], ["14:00", "18:30"]]; empty text is a closed day."""
    spans = [_span(part) for part in re.split(r"[,;]|\band\b", text) if part.strip()]
    if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
        raise Refusal(_("These hours overlap. Write them one after the other, like 9-13, 14-18."))
    return spans


def shown(spans: Spans) -> str:
    """Write one day the way it is read."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans)


def _span(text: str) -> list[str]:
    found = SPAN.fullmatch(text.strip())
    if not found:
        raise Refusal(_("Write the hours like 9-18 or 9:30-13, 14-18. Leave the day empty when you are closed."))
    opens, closes = _clock(*found.group(1, 2, 3)), _clock(*found.group(4, 5, 6))
    if opens >= closes:
        raise Refusal(_("The closing time must be later than the opening time."))
    return [opens, closes]


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    number = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
    if (number, int(minute or 0)) == (24, 0):
        return "23:59"
    try:
        return time(number, int(minute or 0)).strftime("%H:%M")
    except ValueError as fault:
        raise Refusal(_("There is no such time of day: %(text)s.") % {"text": f"{hour}:{minute or '00'}"}) from fault
