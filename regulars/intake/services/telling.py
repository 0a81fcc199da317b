"""The same told again: what differs from what the book holds is found by one comparison, and only that is looked at.

An order is the same when its content is and whose it is; a person when the source said the very same before and nobody
changed them since (`Telling`). Whoever is not certainly the same, with all their orders, goes the way of every file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import F, Max
from django.utils.translation import get_language
from duckdb import DuckDBPyConnection

from regulars.intake.models import Telling
from regulars.intake.services.people_of import Manner
from regulars.people import bulk
from regulars.people.models import ConsentNow, ErasedAddress, Person
from regulars.purchases.models import Order

AT_ONCE = 10_000
FAR_LARGER = 5  # a book so many times larger than the file is not gone through: its orders are looked up one by one
FORM = (
    "auto_detect=false, header=false, delim=',', quote='\"', escape='\"', columns=?, new_line='\\n',"
    " buffer_size=67108864"
)
BOOK = {
    "book_order": {"reference": "VARCHAR", "content_hash": "BIGINT", "person_id": "BIGINT"},
    "book_telling": {"person_id": "BIGINT", "fingerprint": "BIGINT"},
    "book_yes": {"person_id": "BIGINT"},
}


def said_of_all(manner: Manner) -> tuple[str, ...]:
    """Whatever changes how the people of a file are understood, beside its rows: erasures make a "no" of an address."""
    erased = ErasedAddress.objects.aggregate(last=Max("pk"))["last"]
    return (manner.source, manner.date_order, manner.statement, manner.country, get_language() or "", str(erased))


def keep_tellings(source: str, person_ids: Sequence[int], fingerprints: Sequence[int | None]) -> None:
    """Keep what was told of these people, as they stand now; inside the transaction that took it in."""
    told = {pk: number for pk, number in zip(person_ids, fingerprints, strict=True) if number is not None}
    stands = dict(Person.objects.filter(pk__in=bulk.among(told)).values_list("pk", "change_number"))
    rows = [(pk, source[:60], number, stands[pk]) for pk, number in told.items()]
    bulk.upsert(Telling, ("person", "source", "fingerprint", "change_number"), rows, unique=("person", "source"))


@dataclass
class Passed:
    """Units that are the same and are passed over: counted where their turn would have been."""

    con: DuckDBPyConnection

    def between(self, after: int, until: int) -> dict[str, int]:
        """Orders seen and people matched among the units after one number until another."""
        found = self.con.execute(
            "SELECT count(*) FILTER (is_order), count(*) FILTER (is_first) FROM passed WHERE unit > ? AND unit <= ?",
            [after, until],
        ).fetchone()
        orders, matched = found or (0, 0)
        return {"orders_seen": orders, "people_matched": matched}


def compare(con: DuckDBPyConnection, folder: Path, source: str, *, is_about_sales: bool, units: int) -> bool:
    """Make `todo`, the units to be looked at, and `passed`, those that are the same; False where it is not worth it."""
    if is_about_sales and Order.objects.order_by()[: FAR_LARGER * units + 1].count() > FAR_LARGER * units:
        return False
    tellings = Telling.objects.filter(
        source=source[:60],
        change_number=F("person__change_number"),
        person__merged_into=None,
        person__erased_at=None,
    )
    _bring(con, folder, "book_telling", tellings.values_list("person_id", "fingerprint"))
    yes = ConsentNow.objects.filter(channel="email", purpose="marketing", is_given=True)
    _bring(con, folder, "book_yes", yes.values_list("person_id"))
    con.execute(
        "CREATE TABLE known AS SELECT pos, any_value(t.person_id) AS person_id FROM print_of p"
        " JOIN book_telling t USING (fingerprint) LEFT JOIN book_yes y ON y.person_id = t.person_id"
        " WHERE NOT (p.says_no AND y.person_id IS NOT NULL) GROUP BY pos HAVING count(*) = 1"
    )
    if is_about_sales:
        orders = Order.objects.filter(source=source[:60], forgotten_at=None)
        _bring(con, folder, "book_order", orders.values_list("reference", "content_hash", "person_id"))
        _pass_sales(con)
    else:
        con.execute("CREATE TABLE passed AS SELECT pos AS unit, false AS is_order, true AS is_first FROM known")
    con.execute("CREATE TABLE todo AS SELECT unit FROM unit ANTI JOIN passed USING (unit) ORDER BY unit")
    return True


def _pass_sales(con: DuckDBPyConnection) -> None:
    """A person is passed over with all their orders or not at all; a sale without a name by itself."""
    con.execute(
        "CREATE TABLE same AS SELECT o.unit, o.pos, b.reference IS NOT NULL AS is_same FROM order_row o"
        " LEFT JOIN known k ON k.pos = o.pos LEFT JOIN book_order b ON b.reference = o.reference"
        " AND b.content_hash = o.content_hash AND (o.pos IS NULL OR b.person_id = k.person_id)"
    )
    con.execute(
        "CREATE TABLE passed AS SELECT unit, true AS is_order, coalesce(unit = s.first, false) AS is_first FROM same"
        " LEFT JOIN (SELECT pos, min(unit) AS first, bool_and(is_same) AS are_same FROM same WHERE pos IS NOT NULL"
        " GROUP BY pos) s USING (pos) WHERE CASE WHEN pos IS NULL THEN is_same ELSE s.are_same END ORDER BY unit"
    )


def _bring(con: DuckDBPyConnection, folder: Path, table: str, rows: Any) -> None:
    """Copy rows of the book into a table beside the staging, through a file."""
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="", errors="surrogatepass") as file:
        csv.writer(file, lineterminator="\n").writerows(_each(rows))
    con.execute(
        f"CREATE TABLE {table} AS SELECT * FROM read_csv(?, {FORM})",  # noqa: S608  # our tables
        [str(path), BOOK[table]],
    )
    path.unlink()


def _each(rows: Any) -> Iterable[Sequence[Any]]:
    found: Iterable[Sequence[Any]] = rows.iterator(chunk_size=AT_ONCE)
    return found
