"""What a big file says in fingerprints, and its orders and lines as the tables hold them.

`order_row` and `line_row` hold one row an order and a line; `content_hash` is that of `purchases`, put together here for
all of them at once, or NULL where only Python can tell. `print_of` holds one number for what is said of a person.
"""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from regulars.intake.staging import wide

SLICE = 5_000
READ_BY = "1"  # another number makes every file be read anew: for a change in how people are understood
UNTOLD = frozenset({"pos", "recency"})


def make_contents(con: DuckDBPyConnection) -> None:
    """Make `line_row` and `order_row`."""
    con.execute(
        "CREATE TABLE line_row AS SELECT unit, (row_number() OVER (PARTITION BY unit ORDER BY place) - 1)::INTEGER AS position,"
        " name, sku, quantity, amount, kind FROM unit_item ORDER BY unit, position"
    )
    con.execute(
        f"CREATE TABLE lines_of AS SELECT unit, string_agg({_told('name', 'sku', 'quantity', 'amount', 'kind')}, ''"
        " ORDER BY position) AS told FROM line_row GROUP BY unit"
    )
    con.execute(
        "CREATE TABLE refunds_of AS SELECT unit, sum(amount)::BIGINT AS refunded, count(DISTINCT reference) < count(*) AS is_odd,"
        f" string_agg({_told('reference', 'day', 'amount', repr(''))}, '' ORDER BY place, reference, amount) AS told"
        " FROM unit_refund GROUP BY unit"
    )
    con.execute(
        f"""
        CREATE TABLE order_row AS
        SELECT *, CASE WHEN NOT is_odd THEN {_fingerprint(_content())} END AS content_hash
        FROM (SELECT u.*, coalesce(r.refunded, 0) AS refunded_mils, coalesce(r.is_odd, false) AS is_odd,
                     coalesce(l.told, '') AS lines_told, coalesce(r.told, '') AS refunds_told
              FROM unit u LEFT JOIN lines_of l USING (unit) LEFT JOIN refunds_of r USING (unit))
        ORDER BY unit
        """
    )
    con.execute("ALTER TABLE order_row DROP COLUMN lines_told")
    con.execute("ALTER TABLE order_row DROP COLUMN refunds_told")
    con.execute("DROP TABLE lines_of")
    con.execute("DROP TABLE refunds_of")


def _told(*columns: str) -> str:
    return f"concat(chr(30), {', chr(31), '.join(columns)})"


def _content() -> str:
    facts = ("day", "coalesce(moment, '')", "paid_mils", "refunded_mils", "tax_mils", "shipping_mils", "discount_mils",
             "is_cancelled::INTEGER", "(refunded_mils > paid_mils)::INTEGER", "channel", "''", "note")  # fmt: skip
    return f"concat({', chr(31), '.join(facts)}, lines_told, chr(29), refunds_told)"


def _fingerprint(text: str) -> str:
    return f"(md5_number_lower({text}) >> 1)::BIGINT"


def make_prints(con: DuckDBPyConnection, said_of_all: Iterable[str], file_name: str) -> None:
    """Make `print_of` (pos, fingerprint): NULL of those of whom more is to be done than to know them.

    `said_of_all` is how everybody in the file is understood; its name counts where it becomes part of the evidence.
    """
    columns = [name for name in wide.names(con, "person") if name not in UNTOLD]
    told = ", chr(31), ".join(f"coalesce({name}::VARCHAR, chr(30))" for name in columns)
    names_the_file = "coalesce(has_left OR is_given OR is_text_given, false)"
    con.execute(
        f"CREATE TABLE print_of AS SELECT pos, coalesce(is_declined AND NOT coalesce(is_given, false), false) AS says_no,"
        f" CASE WHEN NOT coalesce(is_bad, false) AND deceased_on IS NULL THEN"
        f" {_fingerprint(f'concat(?, CASE WHEN {names_the_file} THEN ? END, chr(31), {told})')} END AS fingerprint"
        " FROM person ORDER BY pos",
        ["\x1f".join((READ_BY, *said_of_all)), file_name],
    )


def make_slices(con: DuckDBPyConnection) -> None:
    """Make `slice` (first, last): stretches of some thousand units, each with all the units of its people."""
    con.execute(
        f"""
        CREATE TABLE slice AS
        SELECT min(first) AS first, max(last) AS last
        FROM (SELECT min(unit) AS first, max(unit) AS last FROM unit WHERE pos IS NOT NULL GROUP BY pos
              UNION ALL SELECT unit, unit FROM unit WHERE pos IS NULL)
        GROUP BY first // {SLICE} ORDER BY first
        """
    )


def sold(con: DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Everything sold in this file, as (name, sku, kind)."""
    return con.execute("SELECT name, sku, max(kind) FROM line_row GROUP BY name, sku").fetchall()


def name_products(con: DuckDBPyConnection, products: list[tuple[str, str, int | None]]) -> None:
    """Give every line its product."""
    con.execute("CREATE TABLE product_of (name VARCHAR, sku VARCHAR, product_id BIGINT)")
    if products:
        con.execute(
            "INSERT INTO product_of SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[])",
            [list(column) for column in zip(*products, strict=True)],
        )


def is_each_once(con: DuckDBPyConnection) -> bool:
    """Say whether no two orders bear one reference, shortened as it stands in the book."""
    found = con.execute("SELECT count(*) = count(DISTINCT reference) FROM order_row").fetchone()
    return bool(found and found[0])
