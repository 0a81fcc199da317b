"""Rows into orders: `basket`, one row an order, in the business's currency; table `item`, its lines.

Table `refused` (place, row_number, reason, is_order) names every row that is not taken in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.staging import besides, wide

CARRIED = frozenset({*wide.PERSON, "row_number", "fault", "channel", "served_by", "order_note", "dispute_status", "x_tax", "x_shipping",
                     "x_discount", "x_amount", "d_bought_on", "u_bought_on", "d_refunded_on", "d_cancelled_at"})  # fmt: skip
PRICED_BY = frozenset({"code", "currency", "converted_currency", "cancelled_at", "x_outstanding", "x_converted_amount", "x_converted_refunded",
                       "x_refunded", "x_disputed"})  # fmt: skip
PRICES = ("iso", "is_own", "paid", "given_back", "disputed_away", "used_rate", "is_cancelled")
YEARS_APART_DAYS = 180
SUMMED = frozenset(
    {"x_amount", "x_refunded", "x_tax", "x_shipping", "x_discount", "x_converted_amount", "x_converted_refunded"}
)
# The first of these that holds is why an order cannot be taken in; the sentences are in `_sentences`.
REASON = (
    "CASE WHEN fault IS NOT NULL THEN fault WHEN d_bought_on IS NULL THEN ? WHEN NOT is_own THEN replace(?, '%s', iso)"
    " WHEN paid IS NULL AND NOT is_cancelled THEN ? WHEN paid < 0 THEN ? END"
)


@dataclass(frozen=True)
class Basketry:
    """How rows become orders: the business's currency and its decimals, the one meant where the file names none, whether
    the amounts of an order's rows are added up, and whether its first row tells all but the lines, and
    whether shipping and tax come on top of the lines."""

    currency: str
    unnamed: str
    adds_up: bool
    first_row_tells: bool
    digits: int
    filled: Collection[str]
    adds_to_lines: bool = False


def amounts_are_of_lines(con: DuckDBPyConnection) -> bool:
    """Say whether the rows of one order hold the amounts of their lines: in most orders of several rows they differ."""
    found = con.execute(
        """
        SELECT count(*), count(*) FILTER (amounts > 1)
        FROM (SELECT order_id, count(DISTINCT x_amount) AS amounts FROM record
              WHERE order_id IS NOT NULL AND x_amount >= 0 GROUP BY order_id HAVING count(x_amount) > 1)
        """
    ).fetchone()
    several, differing = found or (0, 0)
    return bool(several) and differing > 0.2 * several


def refuse_what_is_no_sale(con: DuckDBPyConnection) -> None:
    """Name the rows that the judge set aside, and the rows that nobody can read; their whole order goes with them."""
    con.execute("CREATE TABLE refused (place BIGINT, row_number INTEGER, reason VARCHAR, order_key VARCHAR)")
    con.execute(
        "INSERT INTO refused SELECT r.place, r.row_number, v.reason, coalesce(v.order_key, '#' || r.place) FROM verdict v JOIN record r USING (place)"
        " WHERE v.meaning IN ('none', 'rate')"
    )
    con.execute(
        "INSERT INTO refused SELECT r.place, r.row_number, r.fault, coalesce(v.order_key, '#' || r.place) FROM verdict v JOIN record r USING (place)"
        " WHERE v.meaning NOT IN ('none', 'rate') AND r.fault IS NOT NULL"
    )


def make_baskets(con: DuckDBPyConnection, how: Basketry, *, starts_anew: bool = False) -> None:
    """Put the rows of each order together, price them in the business's currency, refuse those that cannot be.
    `starts_anew`: the numbers may begin at 1 again every year."""
    _make_keys(con)
    con.execute("CREATE TABLE several AS SELECT key FROM part_key GROUP BY key HAVING count(*) > 1")
    if starts_anew:
        _tell_years_apart(con)
    con.execute("CREATE VIEW part AS SELECT r.*, k.standing, k.key FROM record r JOIN part_key k USING (place)")
    names_others = besides.find(con)
    _make_items(con, how)
    _make_heads(con, how)
    con.execute(f"CREATE VIEW priced AS {_priced(con, how)}")
    columns = [
        "key",
        "place",
        "standing",
        *(name for name in wide.names(con, "record_table") if name in CARRIED),
        *PRICES,
    ]
    con.execute(
        f"CREATE TABLE basket_table AS SELECT {', '.join(columns)}, {REASON} AS why_not FROM priced", _sentences(how)
    )
    wide.offer(con, "basket", wide.EVERY)
    _refuse_baskets(con)
    if names_others:
        besides.keep(con)


def _make_keys(con: DuckDBPyConnection) -> None:
    """Table `part_key`: which order a row belongs to. A row without a number among others that have one is known again
    by what it says, wherever a newer export puts it: person, day, amount, thing, and which of equals."""
    told = "coalesce(r.person_id, lower(r.address), lower(r.full_name), ''), r.d_bought_on, r.x_amount, r.item, r.sku, r.x_quantity"
    con.execute(
        f"""
        CREATE TABLE part_key AS
        WITH unnumbered AS (
            SELECT place, md5(concat_ws(' ', {told})) AS told FROM verdict v JOIN record r USING (place)
            WHERE v.order_key IS NULL AND v.meaning IN ('order', 'line'))
        SELECT v.place, v.standing, coalesce(v.order_key, u.key) AS key FROM verdict v
        LEFT JOIN (SELECT place, substr(told, 1, 16) || '-' || row_number() OVER (PARTITION BY told ORDER BY place) AS key
                   FROM unnumbered) u USING (place)
        WHERE v.meaning IN ('order', 'line')
        """
    )


def _tell_years_apart(con: DuckDBPyConnection) -> None:
    """One number beside other people half a year apart or more is that of several orders: the later ones say the year."""
    who = "coalesce(person_id, lower(address), lower(full_name))"
    day = "d_bought_on"
    con.execute(
        f"CREATE TABLE used_again AS SELECT key, min(year({day})) AS first_year FROM part_key SEMI JOIN several USING (key)"
        f" JOIN record USING (place) GROUP BY key HAVING max({day}) - min({day}) > {YEARS_APART_DAYS}"
        f" AND count(DISTINCT {who}) > 1 AND count({who}) = count(*) AND count({day}) = count(*)"
    )
    con.execute(
        f"UPDATE part_key SET key = part_key.key || ' (' || year({day}) || ')' FROM record r JOIN used_again u ON true"
        f" WHERE r.place = part_key.place AND u.key = part_key.key AND year({day}) > u.first_year"
    )
    con.execute("CREATE OR REPLACE TABLE several AS SELECT key FROM part_key GROUP BY key HAVING count(*) > 1")
    con.execute("DROP TABLE used_again")


def _make_heads(con: DuckDBPyConnection, how: Basketry) -> None:
    """View `head`: what an order says beside its lines, from its first row or from all of them."""
    if how.first_row_tells:
        con.execute("CREATE TABLE first_row AS SELECT min(place) AS place FROM part_key GROUP BY key")
        con.execute("CREATE VIEW head AS SELECT * FROM part SEMI JOIN first_row USING (place)")
    else:
        _merge_heads(con, how)


def _merge_heads(con: DuckDBPyConnection, how: Basketry) -> None:
    """View `head`: orders of one row as they are; of several the first filled cell of each column, and amounts added up
    where they are those of lines. What is said of somebody comes from the rows of the first person alone."""
    columns = [*(name for name in wide.names(con, "record_table") if name in CARRIED | PRICED_BY), "standing"]
    merged = [_merged(name, how) for name in columns]
    con.execute(
        f"CREATE TABLE head_table AS SELECT key, min(place) AS place, {', '.join(merged)} FROM part SEMI JOIN several USING (key) GROUP BY key"
    )
    wide.offer(con, "head", wide.EVERY)
    con.execute("ALTER VIEW head RENAME TO head_of_several")
    every = ", ".join(
        [
            "key",
            "place",
            *columns,
            *(name for name in wide.EVERY if name not in columns and name in CARRIED | PRICED_BY),
        ]
    )
    con.execute(
        f"CREATE VIEW head AS SELECT {every} FROM part ANTI JOIN several USING (key) UNION ALL SELECT {every} FROM head_of_several"
    )


def _merged(name: str, how: Basketry) -> str:
    if how.adds_up and name in SUMMED:
        return f"sum({name}) AS {name}"
    if name in wide.PERSON:
        return f"arg_min({name}, place) FILTER (place NOT IN (SELECT place FROM beside_row)) AS {name}"
    return f"arg_min({name}, place) AS {name}"


def _make_items(con: DuckDBPyConnection, how: Basketry) -> None:
    """Table `item`: the lines of the orders; a row says something about a line when it names a thing, a number or a price.
    `worth` counts towards the order and is below zero where the line takes something back; `amount` never is."""
    own = "x_amount" if how.adds_up or "amount" in how.filled else "NULL"
    worth = own if how.adds_up else f"CASE WHEN key NOT IN (SELECT key FROM several) THEN {own} END"
    con.execute(
        f"""
        CREATE TABLE item AS SELECT *, greatest(worth, 0) AS amount FROM (
        SELECT key, place, coalesce(item, '') AS name, coalesce(sku, '') AS sku,
               greatest(coalesce(x_quantity, 1), 0)::DECIMAL(18,3) AS quantity,
               x_line_amount IS NOT NULL OR x_price IS NOT NULL AS is_priced,
               round(coalesce(x_line_amount, x_price * coalesce(x_quantity, 1) - coalesce(x_line_discount, 0), {worth}, 0),
                     {how.digits})::DECIMAL(18,3) AS worth
        FROM part
        WHERE item IS NOT NULL OR sku IS NOT NULL OR x_quantity IS NOT NULL OR x_price IS NOT NULL OR x_line_amount IS NOT NULL)
        """
    )


def _priced(con: DuckDBPyConnection, how: Basketry) -> str:
    """The amounts in the business's currency: its own, the file's converted ones, or by an exchange in the file."""
    has_rates = bool(con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'exchange'").fetchone())
    rate = "x.rate" if has_rates else "NULL"
    join = "LEFT JOIN exchange x ON x.key = h.key" if has_rates else ""
    own = f"coalesce(nullif(c.iso, ''), '{how.unnamed}') = '{how.currency}'"
    converted = f"v.iso = '{how.currency}'"

    def in_own(amount: str, alternative: str) -> str:
        return f"CASE WHEN {own} THEN {amount} WHEN {converted} THEN {alternative} WHEN {rate} IS NOT NULL THEN {amount} * {rate} END"

    lines = "l.amount"
    if how.adds_to_lines:
        lines += " + coalesce(h.x_shipping, 0) + coalesce(h.x_tax, 0) - coalesce(h.x_discount, 0)"
    total = f"coalesce(h.x_amount, {lines})" if {"price", "line_amount"} & set(how.filled) else "h.x_amount"
    if not {"amount", "price", "line_amount"} & set(how.filled):
        total = "coalesce(h.x_amount, 0)"
    return f"""
        SELECT h.*, coalesce(nullif(c.iso, ''), '{how.unnamed}') AS iso, coalesce({own} OR {converted} OR {rate} IS NOT NULL, false) AS is_own,
               round({in_own(f"({total} - greatest(coalesce(h.x_outstanding, 0), 0))", "h.x_converted_amount")}, {how.digits})::DECIMAL(18,4) AS paid,
               round({in_own("h.x_refunded", "h.x_converted_refunded")}, {how.digits})::DECIMAL(18,4) AS given_back,
               round({in_own("h.x_disputed", "NULL")}, {how.digits})::DECIMAL(18,4) AS disputed_away,
               coalesce({rate}, CASE WHEN {converted} AND h.x_amount <> 0 THEN h.x_converted_amount / h.x_amount END, 1) AS used_rate,
               (h.cancelled_at IS NOT NULL OR coalesce(h.standing = 'cancelled', false)) AS is_cancelled
        FROM head h
        LEFT JOIN currency_of c ON c.text = coalesce(nullif(h.code, ''), h.currency)
        LEFT JOIN currency_of v ON v.text = h.converted_currency
        LEFT JOIN (SELECT key, sum(worth) AS amount FROM item WHERE is_priced GROUP BY key) l ON l.key = h.key
        {join}
    """


def _sentences(how: Basketry) -> list[str]:
    return [
        _("There is no date in this row."),
        _("This was paid in %%s, your business counts in %(currency)s, and the file does not say what it was worth.")
        % {"currency": how.currency},
        _("There is no amount in this row."),
        _("The amount is below zero."),
    ]


def _refuse_baskets(con: DuckDBPyConnection) -> None:
    """Name the row that is at fault (else the first) with the reason, the order's other rows as belonging to it."""
    con.execute(
        """
        CREATE TABLE gone AS
        SELECT b.key, coalesce(f.row_number, b.row_number) AS row_number, coalesce(f.place, b.place) AS place, b.why_not
        FROM basket b
        LEFT JOIN (SELECT key, min(place) AS place, arg_min(row_number, place) AS row_number FROM part WHERE fault IS NOT NULL GROUP BY key) f USING (key)
        WHERE b.why_not IS NOT NULL
        """
    )
    con.execute(
        "INSERT INTO refused SELECT place, row_number, why_not, key FROM gone WHERE place NOT IN (SELECT place FROM refused)"
    )
    con.execute(
        "INSERT INTO refused SELECT p.place, p.row_number, replace(replace(?, '%o', p.key), '%n', g.row_number::VARCHAR), p.key"
        " FROM part p JOIN gone g USING (key) WHERE p.place NOT IN (SELECT place FROM refused)",
        [_("It belongs to order %o, which is refused (row %n).")],
    )
    con.execute("DELETE FROM basket_table WHERE why_not IS NOT NULL")
    con.execute("DELETE FROM item WHERE key IN (SELECT key FROM gone)")
    con.execute("DELETE FROM part_key WHERE key IN (SELECT key FROM gone)")
    con.execute("DROP TABLE gone")


def clear_up(con: DuckDBPyConnection) -> None:
    """Make room: the rows themselves are not needed any more once orders and refunds are made of them."""
    for view in ("part", "head", "head_of_several", "priced", "record"):
        con.execute(f"DROP VIEW IF EXISTS {view}")
    for table in ("head_table", "first_row", "record_table", "verdict", "part_key", "several", "beside_row", "item_of"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
