"""Days of a year whose year may be unknown. No Django here."""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date

from regulars.people.months import month_number

# Other programs write one of these where they do not know the year: Apple 1604, Siebel 1753, others 1900 or zero.
MADE_UP_YEARS = frozenset({0, 1604, 1753})
DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEARLESS = re.compile(r"-{2}(\d{1,2})-?(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ].*)?")
_YEAR_FIRST_LOOSELY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]?\s*(\d{4}|\d{2})?\.?")
_WORDY = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?[\s./-]*(?:of\s+|de\s+)?([^\W\d_]+)"
    r"|([^\W\d_]+)[\s./-]*(\d{1,2})(?:st|nd|rd|th|\.)?)"
    r"\.?,?(?:[\s./-]+(?:del?\s+)?'?(\d{4}|\d{2}))?",
    re.IGNORECASE,
)
_IN_SIGNS = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_NOTHING = re.compile(r"[0\s./:T-]+Z?")


def is_no_date(text: str) -> bool:
    """Is this what programs write where there is no day at all: nothing, or zeroes (0000-00-00, 00/00/0000)?"""
    return not text.strip() or _NOTHING.fullmatch(text.strip()) is not None


class DateError(ValueError):
    """The text is no day of any year."""


@dataclass(frozen=True)
class PartialDate:
    """A month and a day, and the year where it is really known."""

    month: int
    day: int
    year: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1 <= self.day <= DAYS_IN[self.month - 1]:
            raise DateError(f"{self.day}.{self.month}. is no day of the year.")
        if self.year is not None and (self.month, self.day) == (2, 29) and not isleap(self.year):
            raise DateError(f"{self.year} had no 29 February.")

    def observed_in(self, year: int, feb29: str = "28 Feb") -> date:
        """Return the day it is kept in `year`; 29 February moves to the 28th, or to 1 March by that person's wish."""
        if (self.month, self.day) == (2, 29) and not isleap(year):
            return date(year, 3, 1) if feb29 == "1 Mar" else date(year, 2, 28)
        return date(year, self.month, self.day)

    def turning_in(self, year: int) -> int | None:
        """Return the number of years completed in `year`, or None without a real year."""
        return None if self.year is None or year < self.year else year - self.year

    def __str__(self) -> str:
        tail = f"{self.month:02}-{self.day:02}"
        return f"--{tail}" if self.year is None else f"{self.year:04}-{tail}"


def parse(text: str, order: str = "dmy") -> PartialDate:
    """Read a date with or without a year; `order` ("dmy" or "mdy") decides 03/04. Raises DateError.

    Years that programs make up (1604, 1753, 0000, and 1 January 1900) are read as no year.
    """
    clean = " ".join(text.split()).strip()
    if found := _YEARLESS.fullmatch(clean):
        return PartialDate(int(found[1]), int(found[2]))
    if found := _YEAR_FIRST.fullmatch(clean) or _YEAR_FIRST_LOOSELY.fullmatch(clean):
        return _with_real_year(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(clean):
        return _from_numbers(int(found[1]), int(found[2]), found[3], order)
    if found := _IN_SIGNS.fullmatch(clean):
        return _with_real_year(int(found[1] or 0), int(found[2]), int(found[3]))
    if found := _WORDY.fullmatch(clean):
        return _from_words(found[2] or found[3], int(found[1] or found[4]), found[5])
    raise DateError(f"{text!r} is no date.")


def _from_numbers(first: int, second: int, year: str | None, order: str) -> PartialDate:
    """Take the order that was asked for, unless only the other one makes a date."""
    month, day = (first, second) if order == "mdy" else (second, first)
    if month > 12 >= day:
        month, day = day, month
    return _with_real_year(_four_digits(year), month, day)


def _from_words(month: str, day: int, year: str | None) -> PartialDate:
    number = month_number(month)
    if number is None:
        raise DateError(f"{month!r} is no month.")
    return _with_real_year(_four_digits(year), number, day)


def _four_digits(year: str | None) -> int:
    """Read a year; two digits lie within the last hundred years."""
    if year is None:
        return 0
    if len(year) == 4:
        return int(year)
    this_year = date.today().year  # noqa: DTZ011  # the century only
    full = this_year // 100 * 100 + int(year)
    return full if full <= this_year else full - 100


def _with_real_year(year: int, month: int, day: int) -> PartialDate:
    is_made_up = year in MADE_UP_YEARS or (year, month, day) == (1900, 1, 1)
    return PartialDate(month, day, None if is_made_up else year)
