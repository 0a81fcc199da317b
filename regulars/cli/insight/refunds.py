"""Refunds to the orders they belong to."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

ROUNDS = 5


def match(con: DuckDBPyConnection) -> tuple[int, int]:
    """Fill `place` in table `back`; returns how many refunds found their order and how many did not.

    A refund that names its order goes to it. One that names none goes to the same person's latest order before it of the
    same amount, else to their latest order if that is large enough. A name that leads nowhere is not guessed at.
    """
    con.execute("UPDATE back SET place = s.place FROM sale s WHERE s.key = back.refers_key AND s.key IS NOT NULL")
    con.execute(
        "CREATE OR REPLACE TABLE remaining AS SELECT s.place, s.customer, s.day, (s.amount - coalesce(s.refunded, 0) - coalesce(b.amount, 0))::DECIMAL(18,4)"
        " AS amount FROM sale s LEFT JOIN (SELECT place, sum(amount) AS amount FROM back WHERE place IS NOT NULL GROUP BY place) b USING (place)"
        " SEMI JOIN (SELECT customer FROM back WHERE place IS NULL AND refers_key IS NULL) w ON w.customer = s.customer"
    )
    for is_exact in (True, False):
        for _round in range(ROUNDS):
            if not _match_once(con, is_exact=is_exact):
                break
    found = con.execute("SELECT count(place), count(*) - count(place) FROM back").fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _match_once(con: DuckDBPyConnection, *, is_exact: bool) -> int:
    """Give each order at most one more refund: the earliest that fits."""
    same = "AND k.amount = r.amount" if is_exact else ""
    con.execute(
        "CREATE OR REPLACE TABLE pair AS SELECT back_place, place, amount FROM (SELECT k.back_place, r.place, k.amount, r.amount AS left_over"
        " FROM (SELECT * FROM back WHERE place IS NULL AND refers_key IS NULL AND amount > 0) k ASOF JOIN"
        f" (SELECT * FROM remaining WHERE amount > 0) r ON k.customer = r.customer {same} AND k.day >= r.day) WHERE left_over >= amount"
        " QUALIFY row_number() OVER (PARTITION BY place ORDER BY back_place) = 1"
    )
    con.execute("UPDATE back SET place = p.place FROM pair p WHERE p.back_place = back.back_place")
    con.execute("UPDATE remaining SET amount = remaining.amount - p.amount FROM pair p WHERE p.place = remaining.place")
    [(count,)] = con.execute("SELECT count(*) FROM pair").fetchall()
    return int(count)
