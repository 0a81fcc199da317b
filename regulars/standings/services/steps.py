"""Count how far people have come: asked, bought, came again, comes regularly, sends friends.

Set-based: four statements for each slice of people, whatever their number, whose answers are a few hundred rows of
(days between, how lately) and how many. What lies between two steps is kept as how often each number of days occurs, so
that the middle of a million gaps is read from a few thousand numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from regulars.kit import clock, database
from regulars.people.models import Person
from regulars.standings.models import Step, StepCount

SLICE = 50_000
LATELY_DAYS, YEAR_DAYS = 90, 365
LEAST_TO_SAY = 3
USUAL_LIMITS = {Step.ASKED: 14, Step.FIRST: 60, Step.SECOND: 60, Step.REGULAR: 0}
ORDER = (Step.ASKED, Step.FIRST, Step.SECOND, Step.REGULAR, Step.SENDER)

# The first three days on which people bought, each with the day they came next.
REACHED_AND_MOVED = """
    SELECT n, {gap}, {bucket}, COUNT(*) FROM (
        SELECT n, bought_on, CASE WHEN n < 3 THEN next_on END AS next_on FROM (
            SELECT d.person_id, d.bought_on, ROW_NUMBER() OVER w AS n, LEAD(d.bought_on) OVER w AS next_on
            FROM (SELECT DISTINCT person_id, bought_on FROM purchases_order
                  WHERE is_purchase AND person_id >= %(first)s AND person_id < %(before)s
                    AND bought_on <= %(on)s{date}) d
            JOIN people_person p ON p.id = d.person_id
            WHERE NOT p.is_bucket AND p.merged_into_id IS NULL AND p.erased_at IS NULL
            WINDOW w AS (PARTITION BY d.person_id ORDER BY d.bought_on)
        ) r WHERE n <= 3
    ) one GROUP BY 1, 2, 3
"""
# A row a person who asked before they ever bought: the day they first did.
ASKED_ON = """
    SELECT a.person_id, MIN(a.on_day) AS asked_on FROM (
        SELECT person_id, asked_on AS on_day FROM rapport_enquiry
        WHERE person_id >= %(first)s AND person_id < %(before)s AND asked_on <= %(on)s{date}
        UNION ALL
        SELECT k.person_id, {added_on} FROM people_personkind k JOIN people_person p ON p.id = k.person_id
        WHERE k.kind = 'lead' AND k.person_id >= %(first)s AND k.person_id < %(before)s
    ) a JOIN people_person q ON q.id = a.person_id
    WHERE q.merged_into_id IS NULL AND q.erased_at IS NULL GROUP BY a.person_id
"""
ASKED_AND_BOUGHT = """
    SELECT 0, {gap}, {bucket}, COUNT(*) FROM ({asked}) one
    LEFT JOIN purchases_persontotals t ON t.person_id = one.person_id AND t.first_bought_on IS NOT NULL
    WHERE t.first_bought_on IS NULL OR t.first_bought_on >= one.asked_on
    GROUP BY 1, 2, 3
"""
# From the first purchase to the first friend; senders who never bought have no days between.
SENT = """
    SELECT CASE WHEN t.buying_days >= 3 THEN 3 ELSE 4 END, {gap}, {bucket}, COUNT(*)
    FROM (SELECT f.referred_by_id AS person_id, MIN({friend_on}) AS sent_on FROM people_person f
          WHERE f.referred_by_id >= %(first)s AND f.referred_by_id < %(before)s
            AND f.merged_into_id IS NULL AND f.erased_at IS NULL GROUP BY f.referred_by_id) one
    LEFT JOIN purchases_persontotals t ON t.person_id = one.person_id GROUP BY 1, 2, 3
"""
FRIENDS = """
    SELECT COUNT(*), COUNT(t.first_bought_on) FROM people_person f
    LEFT JOIN purchases_persontotals t ON t.person_id = f.id
    WHERE f.referred_by_id >= %(first)s AND f.referred_by_id < %(before)s
      AND f.merged_into_id IS NULL AND f.erased_at IS NULL
"""


@dataclass
class Steps:
    """How many reached each step, how many went on to the next lately, and the days that usually lie between."""

    as_of: str
    reached: dict[str, int] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    moved_90: dict[str, int] = field(default_factory=dict)
    moved_365: dict[str, int] = field(default_factory=dict)
    median_days: dict[str, int | None] = field(default_factory=dict)
    friends: int = 0
    friends_who_bought: int = 0

    def limit_days(self, step: str) -> int:
        """After how many days somebody counts as stuck: twice what is usual here, within reason."""
        usual = self.median_days.get(step)
        least = USUAL_LIMITS[Step(step)]
        return least if usual is None else max(least // 2, min(2 * usual, 730), 7)


def count_steps(as_of: date | None = None) -> Steps:
    """Count everybody as of a day (today). Reads slice by slice; writes nothing."""
    on = as_of or clock.today()
    tally = _Tally()
    last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, SLICE):
        tally.add(*_read(first, first + SLICE, on))
    return tally.result(on)


def keep_steps(as_of: date | None = None) -> Steps:
    """Count and keep the result for pages and lists. Safe to repeat."""
    found = count_steps(as_of)
    values = {"as_of": found.as_of, "counted_at": clock.now(), "counts": asdict(found)}
    StepCount.objects.update_or_create(pk=1, defaults=values)
    return found


class _Tally:
    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self.gaps: dict[str, Counter[int]] = {step.value: Counter() for step in ORDER}
        self.lately: dict[str, Counter[int]] = {step.value: Counter() for step in ORDER}
        self.friends = self.friends_who_bought = 0

    def add(self, rows: list[tuple[Any, ...]], sent: list[tuple[Any, ...]], friends: tuple[int, int]) -> None:
        for number, gap, bucket, count in rows:
            step = ORDER[number].value
            self.reached[step] += count
            if gap is not None:
                self.gaps[step][int(gap)] += count
                self.lately[step][bucket] += count
        for number, gap, bucket, count in sent:
            self.reached[Step.SENDER] += count
            if number == 3 and gap is not None:
                self.gaps[Step.REGULAR][max(0, int(gap))] += count
                self.lately[Step.REGULAR][bucket] += count
        self.friends += friends[0]
        self.friends_who_bought += friends[1]

    def result(self, on: date) -> Steps:
        return Steps(
            on.isoformat(),
            {step.value: self.reached[step] for step in ORDER},
            {step: sum(gaps.values()) for step, gaps in self.gaps.items()},
            {step: found[LATELY_DAYS] for step, found in self.lately.items()},
            {step: found[LATELY_DAYS] + found[YEAR_DAYS] for step, found in self.lately.items()},
            {step: _median(gaps) for step, gaps in self.gaps.items()},
            self.friends,
            self.friends_who_bought,
        )


def _median(gaps: Counter[int]) -> int | None:
    """The middle of all gaps; none where there are too few to speak of."""
    total = sum(gaps.values())
    if total < LEAST_TO_SAY:
        return None
    seen = 0
    for days in sorted(gaps):
        seen += gaps[days]
        if 2 * seen >= total:
            return days
    return None


def _read(first: int, before: int, on: date) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], tuple[int, int]]:
    """Ask the four questions about one slice of people."""
    values = {
        "first": first, "before": before, "on": on.isoformat(),
        "lately": (on - timedelta(days=LATELY_DAYS)).isoformat(), "year": (on - timedelta(days=YEAR_DAYS)).isoformat(),
    }  # fmt: skip
    date_word = "::date" if database.is_postgres() else ""
    bought = REACHED_AND_MOVED.format(date=date_word, **_between("one.bought_on", "one.next_on"))
    asked_on = ASKED_ON.format(added_on=_day("p.added_at"), date=date_word)
    asked = ASKED_AND_BOUGHT.format(asked=asked_on, **_between("one.asked_on", "t.first_bought_on"))
    sent = SENT.format(friend_on=_day("f.added_at"), **_between("t.first_bought_on", "one.sent_on"))
    with database.connection().cursor() as cursor:
        rows = [row for statement in (bought, asked) for row in _rows(cursor, statement, values)]
        friends = _rows(cursor, FRIENDS, values)[0]
        return rows, _rows(cursor, sent, values), (friends[0], friends[1])


def _rows(cursor: Any, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, values)
    return list(cursor.fetchall())


def _day(moment: str) -> str:
    """The day of a moment, in the zone the database keeps: a day more or less tells nothing here."""
    return f"({moment})::date" if database.is_postgres() else f"date({moment})"


def _between(start: str, end: str) -> dict[str, str]:
    """The days from one day to another, and how lately the other was."""
    if database.is_postgres():
        gap = f"({end} - {start})"
        lately, year = "%(lately)s::date", "%(year)s::date"
    else:
        gap = f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"
        lately, year = "%(lately)s", "%(year)s"
    bucket = f"CASE WHEN {end} >= {lately} THEN {LATELY_DAYS} WHEN {end} >= {year} THEN {YEAR_DAYS} ELSE 0 END"
    return {"gap": gap, "bucket": bucket}
