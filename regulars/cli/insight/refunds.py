"""Refunds to the orders they belong to, by the rule of `regulars.insight`."""

from __future__ import annotations

from datetime import date

from duckdb import DuckDBPyConnection

from regulars.insight.frames import opened
from regulars.insight.orders import purchases, refund_report


def settle(con: DuckDBPyConnection, table: str, until: date) -> tuple[int, int]:
    """Make a table of what is left of tables `sale` and `back` once refunds have found their orders.

    Returns how many refunds found their order and how many did not. One that has no customer and names no order of
    anybody's is nobody's, and is counted here.
    """
    con.execute(
        'CREATE OR REPLACE TABLE placed AS SELECT customer, day, amount, key AS "order", NULL::VARCHAR AS refund_of,'
        " refunded AS refund, refunded_on FROM sale UNION ALL BY NAME"
        " SELECT coalesce(b.customer, s.customer) AS customer, b.day, -b.amount AS amount, b.refers_key AS refund_of"
        " FROM back b LEFT JOIN (SELECT key, any_value(customer) AS customer FROM sale WHERE key IS NOT NULL GROUP BY key) s"
        " ON s.key = b.refers_key WHERE b.amount > 0"
    )
    [(nobodys,)] = con.execute("SELECT count(*) FROM placed WHERE customer IS NULL").fetchall()
    if nobodys:
        con.execute("DELETE FROM placed WHERE customer IS NULL")
    _drop_what_says_nothing(con)
    placed = con.table("placed")
    found = refund_report(placed, until)
    left = opened(purchases(placed, until)).rename({"net": "amount"}).to_native()
    con.execute(f"DROP TABLE IF EXISTS {table}")
    left.create(table)
    return found.refunds_matched, found.refunds_unmatched + int(nobodys)


def _drop_what_says_nothing(con: DuckDBPyConnection) -> None:
    """Without a refund that names its order, orders need no number; a column of nothing costs a pass over everybody."""
    [(named, given)] = con.execute("SELECT count(refund_of), count(*) FILTER (refund > 0) FROM placed").fetchall()
    idle = [*(() if named else ('"order"', "refund_of")), *(() if given else ("refund", "refunded_on"))]
    for column in idle:
        con.execute(f"ALTER TABLE placed DROP COLUMN {column}")
