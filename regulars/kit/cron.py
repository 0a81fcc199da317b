"""The five fields of a cron line, and when it falls due next on a business's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
NAMES = {
    "month": "jan feb mar apr may jun jul aug sep oct nov dec".split(),
    "weekday": "sun mon tue wed thu fri sat".split(),
}
SEARCH_DAYS = 366 * 8 + 2


@dataclass(frozen=True, slots=True)
class Cron:
    """minute hour day month weekday, with * , - / and English names; 0 and 7 are Sunday.

    As in cron everywhere, a day and a weekday that are both given mean either of them.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_every_hour: bool
    either_day: bool

    @classmethod
    def parse(cls, line: str) -> Cron:
        parts = line.lower().split()
        if len(parts) != len(FIELDS):
            raise ValueError(f"A schedule has five fields: {line!r}.")
        sets = [_numbers(part, *field) for part, field in zip(parts, FIELDS, strict=True)]
        minutes, hours, days, months, weekdays = sets
        return cls(
            tuple(sorted(minutes)),
            tuple(sorted(hours)),
            frozenset(days),
            frozenset(months),
            frozenset(number % 7 for number in weekdays),
            is_every_hour=parts[1].startswith("*"),
            either_day=not parts[2].startswith("*") and not parts[4].startswith("*"),
        )

    def falls_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_day or by_weekday) if self.either_day else (by_day and by_weekday)

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first due moment after `moment`, in UTC.

        A wall time that is skipped in spring falls due when the clock has jumped; one that comes twice in autumn
        falls due the first time only. Lines for every hour follow elapsed time instead, so neither hour is lost.
        """
        if self.is_every_hour:
            return self._next_elapsed(moment, zone)
        first = moment.astimezone(zone).date() - timedelta(days=1)
        for offset in range(SEARCH_DAYS):
            day = first + timedelta(days=offset)
            if not self.falls_on(day):
                continue
            due = sorted(_moment(day, hour, minute, zone) for hour in self.hours for minute in self.minutes)
            for at in due:
                if at > moment:
                    return at
        raise ValueError("This schedule never falls due.")

    def _next_elapsed(self, moment: datetime, zone: ZoneInfo) -> datetime:
        at = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = at + timedelta(days=SEARCH_DAYS)
        while at < end:
            wall = at.astimezone(zone)
            if not self.falls_on(wall.date()):
                # To the next wall midnight, less two hours for a shift on the way.
                ahead = datetime.combine(wall.date() + timedelta(days=1), time.min, zone).astimezone(UTC)
                at = max(at + timedelta(minutes=1), ahead - timedelta(hours=2))
            elif wall.minute in self.minutes and wall.hour in self.hours:
                return at
            else:
                at += timedelta(minutes=1)
        raise ValueError("This schedule never falls due.")


def _moment(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time(hour, minute), zone)
    at = wall.astimezone(UTC)
    back = at.astimezone(zone)
    if back.replace(tzinfo=None) == wall.replace(tzinfo=None):
        return at
    return _end_of_gap(at, zone)


def _end_of_gap(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the wall clock jumped over a time that does not exist: the last shift before `at`."""
    after = at.astimezone(zone).utcoffset()
    early, late = at - timedelta(hours=26), at
    while late - early > timedelta(minutes=1):
        middle = (early + (late - early) / 2).replace(second=0, microsecond=0)
        if middle in (early, late):
            break
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def _numbers(part: str, name: str, least: int, most: int) -> set[int]:
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        if step and (not step.isdigit() or int(step) < 1):
            raise ValueError(f"{piece!r} is no step for the {name}.")
        if span == "*":
            low, high = least, most if name != "weekday" else 6
        else:
            start, _, stop = span.partition("-")
            low = _number(start, name)
            high = _number(stop, name) if stop else (most if step else low)
        if not least <= low <= high <= most:
            raise ValueError(f"{piece!r} is outside {least} to {most} for the {name}.")
        found |= set(range(low, high + 1, int(step or 1)))
    return found


def _number(text: str, name: str) -> int:
    if text.isdigit():
        return int(text)
    names = NAMES.get(name, [])
    if text in names:
        return names.index(text) + (1 if name == "month" else 0)
    raise ValueError(f"{text!r} is not a {name}.")
