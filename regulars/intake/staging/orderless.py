"""Those of a list of sales who have bought nothing: customers without orders in JSON, or beside empty columns of an order.

A row that says nothing of an order but names somebody is a person, not a sale. Whoever has an order elsewhere in the file
is the same person, once.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from regulars.intake.staging import besides, who

OF_AN_ORDER = (
    "order_id",
    "refers_to",
    "status",
    "kind",
    "item",
    "sku",
    "d_bought_on",
    "cancelled_at",
    "d_cancelled_at",
)
NOTHING_BUT = ("x_amount", "x_line_amount", "x_price", "x_quantity", "x_refunded", "x_disputed", "x_tax", "x_shipping")


def tell_apart(con: DuckDBPyConnection) -> None:
    """Take the rows that only name somebody out of what was judged a sale, before orders are made of these."""
    empty = " AND ".join([f"r.{name} IS NULL" for name in OF_AN_ORDER])
    nought = " AND ".join([f"coalesce(r.{name}, 0) = 0" for name in NOTHING_BUT])
    named = f"coalesce(r.email, r.phone, r.phone_2, r.person_id, {who.CALLED}) IS NOT NULL"
    con.execute(
        "UPDATE verdict SET meaning = 'person' FROM record r WHERE r.place = verdict.place AND verdict.meaning = 'order'"
        f" AND r.fault IS NULL AND {empty} AND {nought} AND {named}"
    )


def keep(con: DuckDBPyConnection) -> None:
    """Put them beside the buyers, and name those whom nobody could reach: `refused`, of no order."""
    con.execute("CREATE TABLE orderless AS SELECT place FROM verdict WHERE meaning = 'person'")
    who.name_unreachable(con, "(SELECT * FROM record SEMI JOIN orderless USING (place))", takes_names_alone=False)
    con.execute("DELETE FROM orderless WHERE place IN (SELECT place FROM refused)")
    if con.execute("SELECT 1 FROM orderless LIMIT 1").fetchone():
        besides.keep_more(con, "record SEMI JOIN orderless USING (place)")
    con.execute("DROP TABLE orderless")
