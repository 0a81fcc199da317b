"""The rows of one slice (`slice`: first and last unit) as the tables of the book hold them, under the ids reserved for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from duckdb import DuckDBPyConnection

Rows = list[tuple[Any, ...]]
Span = tuple[int, int]
PAIRS = (
    "SELECT pos, day, (count(*) FILTER (is_purchase))::BIGINT AS orders, sum(net)::BIGINT AS net FROM ("
    "SELECT pos, day, NOT is_cancelled AND NOT (refunded_mils > 0 AND refunded_mils >= paid_mils) AS is_purchase,"
    " CASE WHEN is_cancelled THEN 0 ELSE paid_mils - refunded_mils END AS net"
    " FROM order_row WHERE unit BETWEEN ? AND ?) GROUP BY pos, day"
)


def people(con: DuckDBPyConnection, span: Span, columns: Sequence[str]) -> Rows:
    """Those who bought in this slice."""
    return con.execute(
        f"SELECT {', '.join(columns)} FROM person LEFT JOIN print_of USING (pos) WHERE pos BETWEEN"
        " (SELECT min(pos) FROM unit WHERE unit BETWEEN ? AND ?) AND (SELECT max(pos) FROM unit WHERE unit BETWEEN ? AND ?)"
        " ORDER BY pos",
        [*span, *span],
    ).fetchall()


def orders(con: DuckDBPyConnection, span: Span, people_after: int, orders_after: int) -> Rows:
    return con.execute(
        f"SELECT {orders_after} + unit, {people_after} + pos, reference, day, moment, paid_mils, refunded_mils, tax_mils,"
        " shipping_mils, discount_mils, is_cancelled, refunded_mils > paid_mils, channel, note, content_hash"
        " FROM order_row WHERE unit BETWEEN ? AND ? ORDER BY unit",
        span,
    ).fetchall()


def references(con: DuckDBPyConnection, span: Span) -> list[str]:
    """By what these orders are known again."""
    found = con.execute("SELECT reference FROM order_row WHERE unit BETWEEN ? AND ?", span).fetchall()
    return [reference for (reference,) in found]


def lines(con: DuckDBPyConnection, span: Span, orders_after: int) -> Rows:
    return con.execute(
        f"SELECT {orders_after} + l.unit, l.position, p.product_id, l.name, l.quantity, l.amount, l.kind"
        " FROM line_row l LEFT JOIN product_of p ON p.name = l.name AND p.sku = l.sku"
        " WHERE l.unit BETWEEN ? AND ? ORDER BY l.unit, l.position",
        span,
    ).fetchall()


def refunds(con: DuckDBPyConnection, span: Span, orders_after: int) -> Rows:
    return con.execute(
        f"SELECT {orders_after} + unit, reference, day, amount FROM unit_refund"
        " WHERE unit BETWEEN ? AND ? ORDER BY unit, place, reference, amount",
        span,
    ).fetchall()


def totals(con: DuckDBPyConnection, span: Span, people_after: int) -> Rows:
    """As if settled order by order: a day whose purchases and net are both nothing leaves no trace."""
    return con.execute(
        f"SELECT {people_after} + pos, sum(orders)::BIGINT, count(*) FILTER (orders > 0), sum(net)::BIGINT,"
        f" min(day) FILTER (orders > 0), max(day) FILTER (orders > 0) FROM ({PAIRS})"
        " WHERE pos IS NOT NULL AND (orders <> 0 OR net <> 0) GROUP BY pos ORDER BY pos",
        span,
    ).fetchall()


def days(con: DuckDBPyConnection, span: Span) -> Rows:
    """Purchases and net of each day."""
    return con.execute(
        f"SELECT day, sum(orders)::BIGINT, sum(net)::BIGINT FROM ({PAIRS}) GROUP BY day ORDER BY day", span
    ).fetchall()
