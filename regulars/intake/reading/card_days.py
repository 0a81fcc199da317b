"""Days as cards write them (RFC 6350): 19850412, --0412, 1985-04-12T10:22; a month alone is no day of a year."""

from __future__ import annotations

import re

from regulars.intake.values.digits import plain
from regulars.people.partial_dates import DateError, PartialDate, parse

MONTH_DAY = re.compile(r"--(\d{2})-?(\d{2})|(\d{2})-(\d{2})|--(\d{1,2})-(\d{1,2})")
FULL = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?", re.DOTALL)


def day_of(text: str, *, without_year: str = "") -> PartialDate | None:
    """Return the day, without its year where nobody really knows it; None for what is no day of any year."""
    clean = plain(text)
    try:
        if found := MONTH_DAY.fullmatch(clean.partition("T")[0]):
            month, day = (int(part) for part in found.groups() if part)
            return PartialDate(month, day)
        if found := FULL.fullmatch(clean):
            read = parse(f"{found[1]}-{found[2]}-{found[3]}")
            is_made_up = bool(without_year) and (without_year == found[1] or not without_year.isdecimal())
            return PartialDate(read.month, read.day) if is_made_up else read
        return parse(clean)
    except (DateError, ValueError):
        return None
