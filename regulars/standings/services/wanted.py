"""What every person's standing should be on a day: insight on DuckDB relations, nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from regulars import insight
from regulars.insight.rhythm import SILENT_AT_LEAST_DAYS, TIMES_THE_USUAL_GAP
from regulars.standings.copying import Copied, quoted
from regulars.standings.models import Basis

COLUMNS = (
    "person_id", "basis", "group", "r", "f", "m", "first_on", "last_on", "buying_days", "net_mils", "median_gap_days",
    "slips_on",
)  # fmt: skip
_LISTED = ", ".join(f'"{column}"' for column in COLUMNS)


def opened(copied: Copied, *, spill: str) -> duckdb.DuckDBPyConnection:
    """Open the copy and what was read afresh as views of one connection."""
    connection = duckdb.connect(config={"temp_directory": spill})
    places = {name: f"{copied.afresh}/{name}-*.parquet" for name in ("people", "notes", "memories", "standings")}
    for name, place in {**places, "all_orders": copied.orders, "all_refunds": copied.refunds}.items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({quoted(place)})")
    return connection


# As `insight.slips_after_days`: a rhythm that was told counts from the first day on; without one nobody slips.
TOLD_DAYS = (
    f"CASE WHEN g.median_gap_days IS NOT NULL"
    f" THEN greatest({SILENT_AT_LEAST_DAYS}, floor({TIMES_THE_USUAL_GAP} * g.median_gap_days) + 1) END"
)


def reckon(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make the table `wanted`: one row for each person who has a standing on this day."""
    insight.summary(orders(connection, as_of), as_of).create_view("everybody")
    connection.execute("CREATE TABLE facts AS SELECT e.* FROM everybody e SEMI JOIN people p ON p.id = e.customer")
    insight.with_slipping_day(connection.table("facts")).create("rhythms")
    remembered = connection.sql("SELECT m.* FROM memories m SEMI JOIN people p ON p.id = m.customer")
    known = connection.table("facts")
    if remembered.limit(1).fetchall():
        known = insight.with_memory(known, remembered, as_of)
    else:
        known = known.project(f"*, '{Basis.ORDERS}' AS basis")
    known.create("known")
    insight.grade_summary(connection.table("known"), as_of).create("graded")
    insight.prospects(_contacts(connection), as_of).create("prospects")
    connection.execute(f"""
        CREATE TABLE wanted AS
        SELECT g.customer AS person_id, g.basis, {_slug("g")} AS "group", g.r, g.f, g.m,
               g.first_on::DATE AS first_on, g.last_on::DATE AS last_on,
               coalesce(r.frequency, 0) AS buying_days, coalesce(r.monetary, 0) AS net_mils,
               g.median_gap_days,
               CASE WHEN g.basis = '{Basis.ORDERS}' THEN g.last_on::DATE + r.slips_after_days::INTEGER
                    ELSE g.last_on::DATE + {TOLD_DAYS}::INTEGER END AS slips_on
        FROM graded g LEFT JOIN rhythms r USING (customer)
        UNION ALL
        SELECT customer, '{Basis.CONTACT}', {_slug("prospects")}, NULL, NULL, NULL, NULL, last_contact_on::DATE, 0, 0,
               NULL, NULL
        FROM prospects
    """)


def orders(connection: duckdb.DuckDBPyConnection, as_of: date) -> duckdb.DuckDBPyRelation:
    """Orders as insight wants them, with refunds as known on the day: looked up one by one only where it must be."""
    [(latest,)] = connection.execute("SELECT max(day) FROM all_refunds").fetchall()
    if latest is None or latest <= as_of:
        return connection.sql("SELECT customer, day, amount, refund, cancelled FROM all_orders")
    refunded = f"SELECT order_id, sum(amount)::BIGINT AS amount FROM all_refunds WHERE day <= DATE '{as_of}' GROUP BY 1"
    return connection.sql(
        "SELECT o.customer, o.day, o.amount, r.amount AS refund, o.cancelled FROM all_orders o"
        f" LEFT JOIN ({refunded}) r ON r.order_id = o.id"
    )


def _contacts(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Days of contact with people who might buy and have not: the day they were added, and every note."""
    return connection.sql("""
        WITH others AS (
            SELECT p.* FROM people p ANTI JOIN graded g ON g.customer = p.id WHERE p.may_buy
        )
        SELECT id AS customer, added_on AS day, has_asked FROM others
        UNION ALL
        SELECT o.id, n.day, false FROM notes n JOIN others o ON o.id = n.person_id
    """)


def _slug(table: str) -> str:
    return f"""lower(replace(coalesce({table}."group", ''), ' ', '-'))"""


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many people are wanted in each group; "" holds those that cannot be graded yet."""
    return dict(connection.execute('SELECT "group", count(*) FROM wanted GROUP BY 1 ORDER BY 1').fetchall())


def changed(connection: duckdb.DuckDBPyConnection) -> tuple[int, Iterable[tuple[object, ...]]]:
    """Give how many standings differ from what is stored, and they: the row and whether it was regrouped."""
    fresh = f"SELECT {_LISTED} FROM wanted EXCEPT SELECT {_LISTED} FROM standings"
    connection.execute(f"CREATE TABLE differing AS {fresh}")
    [(total,)] = connection.execute("SELECT count(*) FROM differing").fetchall()
    same = " AND ".join(f'd."{c}" IS NOT DISTINCT FROM s."{c}"' for c in ("group", "r", "f", "m"))
    picks = ", ".join(f'd."{column}"' for column in COLUMNS)
    rows = connection.cursor().execute(
        f"SELECT {picks}, s.person_id IS NULL OR NOT ({same}) FROM differing d"
        " LEFT JOIN standings s USING (person_id) ORDER BY d.person_id"
    )
    return total, iter(rows.fetchone, None)


def gone(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Give the people who have a stored standing and should have none."""
    rows = connection.execute("SELECT person_id FROM standings s ANTI JOIN wanted w USING (person_id) ORDER BY 1")
    return [person_id for (person_id,) in rows.fetchall()]
