"""One order number beside which several people stand: the order counts for the first, nobody else is lost.

Table `beside` (key, place, and what the row says of somebody) holds the rows of an order that name somebody otherwise
than its first filled cells do. `who` takes them in as people; `asked` tells the owner of those who got no order by it.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from regulars.intake.staging import asking, wide
from regulars.intake.staging.asking import Asked

NAMED = "coalesce(full_name, nullif(concat_ws(' ', given_name, middle_name, family_name), ''))"
TELLS = {
    "number": "person_id",
    "mail": "lower(coalesce(address, email))",
    "called": rf"nullif(regexp_replace(lower({NAMED}), '[^\p{{L}}\p{{N}}]', '', 'g'), '')",
    "rung": r"nullif(regexp_replace(phone, '[^\p{Nd}]', '', 'g'), '')",
}
NEEDS = frozenset({"person_id", "email", "full_name", "given_name", "family_name", "phone"})
MOMENTS = frozenset({"d_bought_on", "u_bought_on"})
CARRIED = frozenset({*wide.PERSON, *MOMENTS})
MOST_NAMED = 10


def find(con: DuckDBPyConnection) -> bool:
    """Make `beside_row` (place) of the orders of several rows; False where each names one person at most."""
    if not NEEDS & set(wide.names(con, "record_table")):
        con.execute("CREATE TABLE beside_row (place BIGINT)")
        return False
    least = ", ".join(f"arg_min({told}, place) AS {name}" for name, told in TELLS.items())
    differ = " OR ".join(f"min({told}) <> max({told})" for told in TELLS.values())
    con.execute(
        f"CREATE TABLE first_named AS SELECT key, {least} FROM part SEMI JOIN several USING (key) GROUP BY key HAVING {differ}"
    )
    other = " OR ".join(f"{told} <> f.{name}" for name, told in TELLS.items())
    con.execute(
        f"CREATE TABLE beside_row AS SELECT place FROM part JOIN first_named f USING (key) WHERE coalesce({other}, false)"
    )
    con.execute("DROP TABLE first_named")
    found = con.execute("SELECT 1 FROM beside_row LIMIT 1").fetchone()
    return found is not None


def keep(con: DuckDBPyConnection) -> None:
    """Keep what these rows say of somebody, where their order is taken in; before the rows themselves are cleared up."""
    columns = [f"coalesce(p.{name}, o.{name}) AS {name}" if name in MOMENTS else f"p.{name}" for name in _carried(con)]
    con.execute(
        f"CREATE TABLE beside_table AS SELECT p.key, p.place, p.row_number, {', '.join(columns)} FROM part p"
        " JOIN basket o USING (key) WHERE p.place IN (SELECT place FROM beside_row)"
    )
    wide.offer(con, "beside", wide.EVERY)


def keep_more(con: DuckDBPyConnection, rows: str) -> None:
    """Keep beside them those whom `rows` name, who are no part of any order."""
    select = f"SELECT NULL::VARCHAR AS key, place, row_number, {', '.join(_carried(con))} FROM {rows}"
    if are_there(con):
        con.execute(f"INSERT INTO beside_table BY NAME {select}")
        return
    con.execute(f"CREATE TABLE beside_table AS {select}")
    wide.offer(con, "beside", wide.EVERY)


def _carried(con: DuckDBPyConnection) -> list[str]:
    return [name for name in wide.names(con, "record_table") if name in CARRIED]


def are_there(con: DuckDBPyConnection) -> bool:
    """Say whether the staging has such rows."""
    return bool(con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'beside_table'").fetchone())


def asked(con: DuckDBPyConnection) -> list[Asked]:
    """Name the orders that name somebody else too, with the row and what it says."""
    if not are_there(con):
        return []
    rows = con.execute(
        f"""
        SELECT b.key, b.row_number, coalesce(b.address, b.email, {NAMED}, b.phone, b.person_id)
        FROM beside b LEFT JOIN of_row r USING (place)
        LEFT JOIN (SELECT key, pos FROM basket JOIN of_row USING (place)) buyer USING (key)
        WHERE b.key IS NOT NULL AND (r.pos IS NULL OR r.pos IS DISTINCT FROM buyer.pos) ORDER BY place
        """
    ).fetchall()
    if not rows:
        return []
    shown = [(str(key), int(number), str(name)) for key, number, name in rows[:MOST_NAMED]]
    return [asking.about_several_people(shown, len({key for key, *_rest in rows}), len(rows) - len(shown))]
