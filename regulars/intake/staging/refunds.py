"""Money back: table `refund` (key, reference, day, amount, place), each matched to its order of this file; table
`later_refund` for those that name an order which is not in this file."""

from __future__ import annotations

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.staging.baskets import Basketry

ROUNDS = 20


def make_refunds(con: DuckDBPyConnection, how: Basketry, *, guesses_anonymous: bool) -> None:
    """Collect what columns and statuses say, then match the rows that are refunds. `guesses_anonymous`: refunds that
    name nobody may be matched by amount and day when no sale of the file names anybody either."""
    con.execute("CREATE TABLE refund (key VARCHAR, reference VARCHAR, day DATE, amount DECIMAL(18,4), place BIGINT)")
    _from_rows(con, how)
    _link_by_reference(con, how)
    _link_by_person(con, how, guesses_anonymous=guesses_anonymous)
    _settle_the_rest(con, how)
    _from_columns(con)


def _from_columns(con: DuckDBPyConnection) -> None:
    day = "coalesce(d_refunded_on, d_cancelled_at, d_bought_on)"
    con.execute(
        f"INSERT INTO refund SELECT key, 'refunded', greatest({day}, d_bought_on), given_back, place FROM basket WHERE given_back > 0"
    )
    con.execute(
        "INSERT INTO refund SELECT key, 'dispute', d_bought_on, disputed_away, place FROM basket"
        " WHERE disputed_away > 0 AND lower(dispute_status) IN ('lost', 'charge_refunded')"
        " AND coalesce(given_back, 0) < paid"
    )
    con.execute(
        f"INSERT INTO refund SELECT key, 'refunded', greatest({day}, d_bought_on), paid, place FROM basket b"
        " WHERE standing = 'refunded' AND paid > 0 AND NOT is_cancelled AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.key = b.key)"
    )


def _from_rows(con: DuckDBPyConnection, how: Basketry) -> None:
    """Table `back`: refund rows that can be read; those in another currency take the rate of the payment they belong to."""
    con.execute(
        """
        CREATE TABLE back AS
        SELECT r.place, r.row_number, v.refers_key, coalesce(r.order_id, 'row ' || r.place) AS reference, r.d_bought_on AS day,
               -r.x_amount AS amount, coalesce(nullif(c.iso, ''), ?) AS iso, lower(r.address) AS address, r.person_id, r.refers_to IS NOT NULL AS is_named,
               NULL::VARCHAR AS key
        FROM verdict v JOIN record r USING (place)
        LEFT JOIN currency_of c ON c.text = coalesce(nullif(r.code, ''), r.currency)
        WHERE v.meaning = 'refund' AND r.fault IS NULL
        """,
        [how.unnamed],
    )
    con.execute(
        "INSERT INTO refused SELECT place, row_number, ?, '#' || place FROM back WHERE day IS NULL",
        [_("There is no date in this row.")],
    )
    con.execute("DELETE FROM back WHERE day IS NULL")


def _link_by_reference(con: DuckDBPyConnection, how: Basketry) -> None:
    con.execute(
        f"UPDATE back SET key = b.key, amount = round(back.amount * CASE WHEN back.iso = ? THEN 1 ELSE b.used_rate END, {how.digits})"
        " FROM basket b WHERE b.key = back.refers_key",
        [how.currency],
    )


def _link_by_person(con: DuckDBPyConnection, how: Basketry, *, guesses_anonymous: bool) -> None:
    """A refund that names no payment goes to the same person's latest order that is large enough, one of the same
    amount first. Where nobody is named at all, the same among all sales: there it touches no one's standing."""
    con.execute(
        "CREATE TABLE remaining AS SELECT key, place, d_bought_on AS day, paid AS amount, lower(address) AS address, person_id FROM basket WHERE NOT is_cancelled"
    )
    con.execute(
        "UPDATE remaining SET amount = remaining.amount - b.amount FROM (SELECT key, sum(amount) AS amount FROM back WHERE key IS NOT NULL GROUP BY key) b WHERE b.key = remaining.key"
    )
    named = con.execute("SELECT count(*) FROM remaining WHERE address IS NOT NULL OR person_id IS NOT NULL").fetchone()
    is_anonymous = guesses_anonymous and named is not None and named[0] == 0
    who = "(o.address = k.address OR o.person_id = k.person_id)" + (
        " OR (k.address IS NULL AND k.person_id IS NULL)" if is_anonymous else ""
    )
    for _round in range(ROUNDS):
        linked = con.execute(
            f"""
            WITH best AS (
                SELECT k.place, o.key, k.amount FROM back k JOIN remaining o ON o.day <= k.day AND o.amount >= k.amount AND ({who})
                WHERE k.key IS NULL AND NOT k.is_named AND k.iso = ?
                QUALIFY row_number() OVER (PARTITION BY k.place ORDER BY o.amount = k.amount DESC, o.day DESC, o.place DESC) = 1
            )
            SELECT place, key, amount FROM best QUALIFY row_number() OVER (PARTITION BY key ORDER BY place) = 1
            """,
            [how.currency],
        ).fetchall()
        if not linked:
            break
        for place, key, amount in linked:
            con.execute("UPDATE back SET key = ? WHERE place = ?", [key, place])
            con.execute("UPDATE remaining SET amount = amount - ? WHERE key = ?", [amount, key])
    con.execute("DROP TABLE remaining")


def _settle_the_rest(con: DuckDBPyConnection, how: Basketry) -> None:
    """What is linked becomes a refund; what names an order elsewhere waits for the book; what is left is refused."""
    con.execute("INSERT INTO refund SELECT key, reference, day, amount, place FROM back WHERE key IS NOT NULL")
    con.execute(
        "CREATE TABLE later_refund AS SELECT place, row_number, refers_key, reference, day, amount, iso FROM back"
        " WHERE key IS NULL AND refers_key IS NOT NULL"
    )
    con.execute(
        "INSERT INTO refused SELECT place, row_number, ?, '#' || place FROM back WHERE key IS NULL AND refers_key IS NULL",
        [_("Money going out: it does not say which sale it was paid back for.")],
    )
    con.execute(
        "INSERT INTO refused SELECT place, row_number, replace(?, '%s', iso), '#' || place FROM later_refund WHERE iso <> ?",
        [_("Money back in %s, and the file does not say what it was worth."), how.currency],
    )
    con.execute("DELETE FROM later_refund WHERE iso <> ?", [how.currency])
    con.execute("DROP TABLE back")
