"""Moments as shops write them, with or without a time, a zone, a four-digit year."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from regulars.intake.values.digits import plain
from regulars.people.months import month_number

Order = Literal["dmy", "mdy", "ymd"]
OFFSETS = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2, "sast": 2,
           "eest": 3, "msk": 3, "gst": 4, "ist": 5.5, "ict": 7, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10,
           "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
           "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10}  # fmt: skip
SEP = r"\s*[-/.]\s*"
YMD = re.compile(rf"(\d{{4}}){SEP}(\d{{1,2}}){SEP}(\d{{1,2}})(?!\d)\.?")
NUMERIC = re.compile(rf"(\d{{1,2}})(?:{SEP}|\s+)(\d{{1,2}})(?:{SEP}|\s+)(\d{{4}}|\d{{2}}|'\d{{2}})(?!\d)\.?")
ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|er|º|ª)?[\s/-]+(?:of\s+|de\s+)?([^\W\d_]+)\.?(?:[\s,/-]+|\s+de\s+)(?:de\s+|del\s+)?(\d{4}|\d{2})(?!\d)"
)
MONTH_DAY = re.compile(r"([^\W\d_]+)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4}|\d{2})(?![\d:])")
WEEKDAY = re.compile(r"^[^\W\d_]{2,12}\.?,\s*")
CLOCK = re.compile(
    r"^(?:T|,|\s|at\b|um\b|à\b|-)*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?(?:\s*([ap]\.?\s?m\.?)(?![a-z]))?(?:\s*Uhr)?",
    re.IGNORECASE,
)
OFFSET = re.compile(r"^(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?$", re.IGNORECASE)
SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
EPOCH = re.compile(r"(?:\d{10}|\d{13}|1\d{15}|1\d{18})(?:\.\d+)?")
YEAR_MONTH_DAY = re.compile(r"^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
DAYS_UNTIL_1904 = 1462
EARLIEST_YEAR, LATEST_YEAR = 1970, 2100


@dataclass(frozen=True)
class Moment:
    """A day, and the time of it when it was written: aware when the text names a zone, else as the wall clock shows."""

    on: date
    at: datetime | None = None


def parse(text: str, order: Order | None = "dmy", *, century_until: int = 2069) -> Moment | None:
    """Read one moment; `order` decides 03/04/2024 where the numbers alone do not."""
    clean = YEAR_MONTH_DAY.sub(r"\1-\2-\3", WEEKDAY.sub("", plain(text)))
    for read in (_year_first, _numeric, _day_month, _month_day):
        if (found := read(clean, order, century_until)) is not None:
            day, rest = found
            return _with_clock(day, rest)
    return _from_a_number(clean)


def _year_first(text: str, _order: Order | None, _until: int) -> tuple[date, str] | None:
    if found := YMD.match(text):
        return _found(int(found[1]), int(found[2]), int(found[3]), text[found.end() :])
    if found := ISO_WEEK.match(text):
        return _of_week(int(found[1]), int(found[2]), int(found[3]), text[found.end() :])
    if (
        (found := COMPACT.fullmatch(text))
        and (day := _day(int(found[1]), int(found[2]), int(found[3])))
        and 1900 < day.year < 2100
    ):
        return day, f"{found[4]}:{found[5]}:{found[6] or '00'}" if found[4] else ""
    return None


def _of_week(year: int, week: int, day: int, rest: str) -> tuple[date, str] | None:
    try:
        return date.fromisocalendar(year, week, day), rest
    except ValueError:
        return None


def _numeric(text: str, order: Order | None, until: int) -> tuple[date, str] | None:
    found = NUMERIC.match(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    year = _year(found[3], until)
    is_month_first = second > 12 or (order == "mdy" and first <= 12)
    day, month = (second, first) if is_month_first else (first, second)
    return _found(year, month, day, text[found.end() :])


def _day_month(text: str, _order: Order | None, until: int) -> tuple[date, str] | None:
    found = DAY_MONTH.match(text)
    month = month_number(found[2]) if found else None
    return _found(_year(found[3], until), month, int(found[1]), text[found.end() :]) if found and month else None


def _month_day(text: str, _order: Order | None, until: int) -> tuple[date, str] | None:
    found = MONTH_DAY.match(text)
    month = month_number(found[1]) if found else None
    return _found(_year(found[3], until), month, int(found[2]), text[found.end() :]) if found and month else None


def _found(year: int, month: int, day: int, rest: str) -> tuple[date, str] | None:
    made = _day(year, month, day)
    return (made, rest) if made else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str, until: int) -> int:
    text = text.lstrip("'")
    if len(text) == 4:
        return int(text)
    full = until // 100 * 100 + int(text)
    return full if full <= until else full - 100


def _with_clock(day: date, rest: str) -> Moment | None:
    rest = rest.strip()
    if not rest:
        return Moment(day)
    found = CLOCK.match(rest)
    if not found:
        return None if any(letter.isalnum() for letter in rest) else Moment(day)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if half := found[4]:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    at = datetime.combine(day, time(hour, minute, second))
    return _zoned(at, rest[found.end() :].strip(" ()"))


def _zoned(at: datetime, text: str) -> Moment | None:
    if not text:
        return Moment(at.date(), at)
    zone = zone_named(text)
    return Moment(at.date(), at.replace(tzinfo=zone)) if zone else None


@lru_cache(maxsize=200)
def zone_named(text: str) -> timezone | ZoneInfo | None:
    """Return the zone of "CEST", "+0200", "GMT+2", "Europe/Berlin" or None."""
    word = text.strip()
    if word.lower() in OFFSETS:
        return timezone(timedelta(hours=OFFSETS[word.lower()]))
    if found := OFFSET.match(word):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes)) if minutes < 1440 else None
    if "/" not in word:
        return None
    try:
        return ZoneInfo(word)
    except (KeyError, ValueError, OSError):
        return None


def _from_a_number(text: str) -> Moment | None:
    """A spreadsheet's day count, or the seconds since 1970 that programs keep."""
    if EPOCH.fullmatch(text):
        at = datetime.fromtimestamp(int(text[:10]), tz=UTC)
        return Moment(at.date(), at)
    if found := SERIAL.fullmatch(text):
        days, share = int(found[1]), float(f"0.{found[2]}") if found[2] else 0.0
        if not 20_000 <= days <= 60_000:
            return None
        at = datetime(1899, 12, 30) + timedelta(days=days, seconds=round(share * 86_400))  # noqa: DTZ001  # a wall clock
        return Moment(at.date(), at if share else None)
    return None


def from_1904(text: str) -> str:
    """A day counted from 1904 on, as older workbooks of a Mac do, as others count it; any other text as it is."""
    found = SERIAL.fullmatch(text.strip())
    return f"{int(found[1]) + DAYS_UNTIL_1904}{f'.{found[2]}' if found[2] else ''}" if found else text


def order_of(texts: Iterable[str]) -> set[Order]:
    """Return the orders that the values prove; empty when every one of them could be either."""
    proved: set[Order] = set()
    for text in texts:
        found = NUMERIC.match(WEEKDAY.sub("", plain(text)))
        if found and int(found[1]) > 12 >= int(found[2]):
            proved.add("dmy")
        elif found and int(found[2]) > 12 >= int(found[1]):
            proved.add("mdy")
    return proved


def is_open_to_both(text: str) -> bool:
    """Say whether day and month could be swapped in this text and make another day."""
    found = NUMERIC.match(WEEKDAY.sub("", plain(text)))
    if not found:
        return False
    return int(found[1]) <= 12 and int(found[2]) <= 12 and found[1].lstrip("0") != found[2].lstrip("0")
