"""What is written, in the order it is written: people as they first appear, each with all their orders beside them.

A person's orders stand together, so that a person is looked up once and their totals change once. Table `unit` is
sorted and numbered from 1; a run that was broken off goes on after the number it had come to.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection


def make_units(con: DuckDBPyConnection, *, is_about_sales: bool) -> int:
    """Make table `unit` (unit, pos, the order's own columns) and return how many there are."""
    if is_about_sales:
        con.execute(
            """
            CREATE TABLE unit AS
            SELECT row_number() OVER (ORDER BY w.pos NULLS LAST, b.place) AS unit, w.pos, b.key, b.d_bought_on, b.u_bought_on, b.paid,
                   b.x_tax, b.x_shipping, b.x_discount, b.is_cancelled, b.channel, b.served_by, b.order_note,
                   CASE WHEN b.address IS NULL THEN b.email END AS unreadable, b.used_rate, b.iso, b.place
            FROM basket b LEFT JOIN keyed r ON r.place = b.place LEFT JOIN who w ON w.person_key = r.person_key
            ORDER BY unit
            """
        )
        _attach(con)
    else:
        con.execute("CREATE TABLE unit AS SELECT pos AS unit, pos FROM who ORDER BY pos")
    con.execute("CREATE TABLE person AS SELECT * FROM who ORDER BY pos")
    con.execute("DROP TABLE who")
    found = con.execute("SELECT count(*) FROM unit").fetchone()
    return int(found[0]) if found else 0


def _attach(con: DuckDBPyConnection) -> None:
    """Tables `unit_item` and `unit_refund`: lines and refunds under the number of their unit, sorted."""
    con.execute(
        "CREATE TABLE unit_item AS SELECT u.unit, i.name, i.sku, i.quantity, i.amount FROM item i JOIN unit u USING (key) ORDER BY u.unit, i.place"
    )
    con.execute(
        "CREATE TABLE unit_refund AS SELECT u.unit, r.reference, r.day, r.amount FROM refund r JOIN unit u USING (key) ORDER BY u.unit, r.place"
    )
    con.execute("DROP TABLE item")
