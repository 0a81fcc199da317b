"""Write standings in chunks by time, tell the rooms above, and keep the month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from regulars.kit import bulletin
from regulars.kit.database import chunks_by_time
from regulars.kit.jobs import progress
from regulars.purchases.models.mils import from_mils
from regulars.standings.events import StandingsChanged
from regulars.standings.models import Standing, StandingMonth

FIELDS = (
    "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "median_gap_days", "slips_on",
)  # fmt: skip
GRADES = ("group", "r", "f", "m")
NAMED_AT_ONCE = 1000
Row = tuple[Any, ...]


def write_rows(rows: Iterable[Row], *, total: int, as_of: date, sentence: str) -> int:
    """Write rows of `wanted` (the last value says whether the group or a grade changed); returns how many."""
    written = 0

    def write(chunk: list[Row]) -> None:
        nonlocal written
        standings = [_standing(row, as_of) for row in chunk]
        save(standings)
        keep_month([standing for standing, row in zip(standings, chunk, strict=True) if row[-1]], as_of)
        announce([standing.person_id for standing in standings], as_of)
        written += len(chunk)

    return chunks_by_time(_reporting(rows, total, sentence, lambda: written), write)


def _reporting(rows: Iterable[Row], total: int, sentence: str, written: Any) -> Iterable[Row]:
    """Report between chunks, outside the transaction that writes."""
    reported = -1
    for row in rows:
        if written() != reported:
            reported = written()
            progress(reported, total, sentence)
        yield row


def remove(person_ids: Sequence[int], as_of: date) -> int:
    """Take away the standings of people who should have none; their month says so."""

    def write(chunk: list[int]) -> None:
        Standing.objects.filter(person_id__in=chunk).delete()
        keep_month([Standing(person_id=person_id, group="") for person_id in chunk], as_of)
        announce(chunk, as_of)

    return chunks_by_time(person_ids, write)


def save(standings: Sequence[Standing]) -> None:
    """Insert or overwrite these rows in one statement; the caller holds the transaction."""
    Standing.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["person"], update_fields=[*FIELDS, "as_of"]
    )


def keep_month(standings: Sequence[Standing], as_of: date) -> None:
    """Write where these people stand this month; a later grading of the same month overwrites it."""
    month = as_of.replace(day=1)
    StandingMonth.objects.bulk_create(
        [StandingMonth(person_id=s.person_id, month=month, group=s.group, r=s.r, f=s.f, m=s.m) for s in standings],
        update_conflicts=True,
        unique_fields=["person", "month"],
        update_fields=GRADES,
    )


def announce(person_ids: Sequence[int], as_of: date) -> None:
    for start in range(0, len(person_ids), NAMED_AT_ONCE):
        bulletin.post(StandingsChanged(tuple(person_ids[start : start + NAMED_AT_ONCE]), as_of.isoformat()))


def _standing(row: Row, as_of: date) -> Standing:
    person_id, basis, group, r, f, m, first_on, last_on, buying_days, net_mils, gap, slips_on, _ = row
    return Standing(
        person_id=person_id,
        basis=basis,
        group=group,
        r=r,
        f=f,
        m=m,
        first_on=first_on,
        last_on=last_on,
        buying_days=buying_days,
        net_amount=from_mils(net_mils),
        median_gap_days=gap,
        slips_on=slips_on,
        as_of=as_of,
    )
