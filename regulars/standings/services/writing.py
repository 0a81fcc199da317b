"""Write standings in chunks by time, tell the rooms above, and keep the month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from regulars.kit import bulletin, database
from regulars.kit.database import chunks_by_time
from regulars.kit.jobs import progress
from regulars.standings.events import Regrouped, StandingsChanged
from regulars.standings.models import Standing, StandingMonth
from regulars.standings.services import beside
from regulars.standings.services.differing import MONTHLY, STORED, Differing, Take
from regulars.standings.services.portions import Portion
from regulars.standings.services.upserting import Row, upsert

FIELDS = (
    "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_amount", "usual_gap_days",
    "gap_low_days", "gap_high_days", "slips_on",
)  # fmt: skip
INDEXED = ("group", "slips_on")
NAMED_AT_ONCE = 1000
LAID_FROM = 5_000
HELD_MS_ON_POSTGRES, FIRST_ON_POSTGRES = 500, 5_000
Put = Callable[[list[Portion]], None]


def write_rows(found: Differing, *, home: Path, sentence: str) -> int:
    """Write the standings that differ; returns how many. `home` is a folder for what is only needed meanwhile."""
    written = 0
    with _way(found, home) as (take, put):

        def write(rows: list[int]) -> None:
            nonlocal written
            chunk = take(rows[0], rows[-1])
            put(chunk)
            _announce_changes(chunk, found.as_of)
            written += len(rows)

        reported = _reporting(range(found.total), found.total, sentence, lambda: written)
        if database.is_postgres():  # where nobody waits for one writer
            return chunks_by_time(reported, write, HELD_MS_ON_POSTGRES, first=FIRST_ON_POSTGRES)
        return chunks_by_time(reported, write)


def _announce_changes(chunk: list[Portion], as_of: date) -> None:
    announce(
        as_of,
        changed=[pk for one in chunk for pk in one.person_ids],
        regrouped=[move for one in chunk for move in one.regrouped],
        slipped=[pk for one in chunk for pk in one.whose("has_slipped")],
        won_back=[pk for one in chunk for pk in one.whose("is_back")],
    )


@contextmanager
def _way(found: Differing, home: Path) -> Iterator[tuple[Take, Put]]:
    """Many rows go in by way of a file beside the database; inside the caller's transaction none can be attached."""
    if database.connection().in_atomic_block or found.total < LAID_FROM:
        with found.rows() as take:
            yield take, partial(_put_rows, as_of=found.as_of)
        return
    home.mkdir(parents=True, exist_ok=True)
    with beside.laid(found, home / "beside.rows") as (take, bring):
        yield take, partial(_put_from_beside, bring=bring, as_of=found.as_of)


def _put_from_beside(chunk: list[Portion], *, bring: beside.Bring, as_of: date) -> None:
    if all(one.all("is_new") for one in chunk) and beside.copy_new(chunk):
        return
    bring(chunk)
    if any(one.any("is_moved") for one in chunk):
        beside.insert(Standing, ("person_id",), STORED, chunk, where="is_moved")
    if not all(one.all("is_moved") for one in chunk):
        beside.insert(Standing, ("person_id",), STORED, chunk, where="NOT is_moved", kept=INDEXED)
    if any(one.any("is_regraded") for one in chunk):
        keys = ("person_id", "month")
        beside.insert(StandingMonth, keys, MONTHLY, chunk, where="is_regraded", month=_month(as_of))


def _put_rows(chunk: list[Portion], *, as_of: date) -> None:
    """Overwrite what the indexes hold only where it is new: an index that is written anew costs as much as a row."""
    for one in chunk:
        upsert(Standing, ("person_id",), STORED, one.such("is_moved"))
        upsert(Standing, ("person_id",), STORED, one.such("is_moved", False), kept=INDEXED)
        _keep_months([(row[0], *row[2:6]) for row in one.such("is_regraded")], as_of)


def _reporting(rows: Iterable[int], total: int, sentence: str, written: Callable[[], int]) -> Iterable[int]:
    """Report between chunks, outside the transaction that writes."""
    reported = -1
    for one in rows:
        if written() != reported:
            reported = written()
            progress(reported, total, sentence)
        yield one


def remove(people: Sequence[tuple[int, str]], as_of: date) -> int:
    """Take away the standings of people (with their group) who should have none; their month says so."""

    def write(chunk: list[tuple[int, str]]) -> None:
        gone = [person_id for person_id, _group in chunk]
        Standing.objects.filter(person_id__in=gone).delete()
        _keep_months([(person_id, "", None, None, None) for person_id in gone], as_of)
        announce(as_of, changed=gone, regrouped=[(person_id, group, "") for person_id, group in chunk if group])

    return chunks_by_time(people, write)


def save(standings: Sequence[Standing]) -> None:
    """Insert or overwrite these rows; the caller holds the transaction."""
    fields = [field for field in Standing._meta.concrete_fields if field.column != "person_id"]
    rows = [(s.person_id, *(field.get_prep_value(getattr(s, field.attname)) for field in fields)) for s in standings]
    columns = ("person_id", *(str(field.column) for field in fields))
    upsert(Standing, ("person_id",), columns, [_plain(row) for row in rows])


def _keep_months(rows: Sequence[Row], as_of: date) -> None:
    """Write where people stand this month (person, group, r, f, m); a later grading of the month overwrites it."""
    month = _month(as_of)
    upsert(StandingMonth, ("person_id", "month"), (*MONTHLY, "month"), [(*row, month) for row in rows])


def _month(as_of: date) -> str:
    return as_of.replace(day=1).isoformat()


def _plain(row: Row) -> Row:
    """Days as text, which both databases take."""
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def announce(
    as_of: date,
    *,
    changed: Sequence[int] = (),
    regrouped: Sequence[Regrouped] = (),
    slipped: Sequence[int] = (),
    won_back: Sequence[int] = (),
) -> None:
    """Post what changed in portions; the caller holds the transaction that makes it true."""
    longest = max(len(changed), len(regrouped), len(slipped), len(won_back))
    parts = [slice(start, start + NAMED_AT_ONCE) for start in range(0, longest, NAMED_AT_ONCE)]
    bulletin.post(
        *(
            StandingsChanged(
                tuple(changed[part]), as_of.isoformat(), tuple(regrouped[part]), tuple(slipped[part]),
                tuple(won_back[part]),
            )
            for part in parts
        )
    )  # fmt: skip
