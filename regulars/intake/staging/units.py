"""What is written, in the order it is written: people as they first appear, each with all their orders beside them.

A person's orders stand together, so that a person is looked up once and their totals change once. Table `unit` is
sorted and numbered from 1; a run that was broken off goes on after the number it had come to.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

MOMENT = "b.u_bought_on::VARCHAR"
NOTE = (
    "concat_ws(chr(10), b.order_note, CASE WHEN b.used_rate <> 1 THEN ? END,"
    " CASE WHEN b.address IS NULL AND b.email IS NOT NULL THEN ? || b.email END, ? || b.served_by)"
)


def _mils(column: str, digits: int, *, own: bool = False) -> str:
    """Whole thousandths; `own` leaves out what is in another currency."""
    amount = f"CASE WHEN b.used_rate = 1 THEN abs({column}) END" if own else column
    return f"(round(coalesce({amount}, 0), {digits}) * 1000)::BIGINT"


def make_units(con: DuckDBPyConnection, *, is_about_sales: bool, digits: int) -> int:
    """Make table `unit` (unit, pos, the order's own columns) and return how many there are."""
    if is_about_sales:
        con.execute(
            f"""
            CREATE TABLE unit AS
            SELECT row_number() OVER (ORDER BY r.pos NULLS LAST, b.place) AS unit, r.pos, b.key, b.key[:200] AS reference,
                   b.d_bought_on::VARCHAR AS day, {MOMENT} AS moment, {_mils("b.paid", digits)} AS paid_mils,
                   {_mils("b.x_tax", digits, own=True)} AS tax_mils, {_mils("b.x_shipping", digits, own=True)} AS shipping_mils,
                   {_mils("b.x_discount", digits, own=True)} AS discount_mils, b.is_cancelled,
                   coalesce(b.channel, '')[:40] AS channel, {NOTE} AS note
            FROM basket b LEFT JOIN of_row r ON r.place = b.place
            ORDER BY unit
            """,
            [
                _("Paid in another currency; the worth in yours is as the file says."),
                _("E-mail as written: "),
                _("Served by "),
            ],
        )
        _attach(con, digits)
    else:
        con.execute("CREATE TABLE unit AS SELECT pos AS unit, pos FROM person ORDER BY pos")
    found = con.execute("SELECT count(*) FROM unit").fetchone()
    return int(found[0]) if found else 0


def _attach(con: DuckDBPyConnection, digits: int) -> None:
    """Tables `unit_item` and `unit_refund`: lines and refunds under the number of their unit, sorted for quick slices.
    Whoever reads them sorts by `place` again: DuckDB's threads hand rows out in any order."""
    con.execute(
        "CREATE TABLE unit_item AS SELECT u.unit, i.place, i.name[:200] AS name, i.sku[:100] AS sku, (i.quantity * 1000)::BIGINT AS quantity,"
        " (i.amount * 1000)::BIGINT AS amount, 'product' AS kind FROM item i JOIN unit u USING (key) ORDER BY u.unit, i.place"
    )
    con.execute(
        f"CREATE TABLE unit_refund AS SELECT u.unit, r.place, r.reference[:190] AS reference, r.day::VARCHAR AS day, {_mils('r.amount', digits)} AS amount,"
        " u.is_cancelled FROM refund r JOIN unit u USING (key) WHERE r.amount > 0 ORDER BY u.unit, r.place, r.reference"
    )
    con.execute("DROP TABLE item")
