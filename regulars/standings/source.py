"""What is read from the database to grade everybody: the same words for SQLite and PostgreSQL, as plain rows.

Runs in a process of its own (`reading`), so it knows no Django.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One table to copy: its columns in DuckDB's types, and the statement that gives them.

    `sliced_by` names a whole-number key by which a long read is cut into slices, so that SQLite's log can be
    written back in between; a statement holds the marks {low} and {high} then, and {since} where it is incremental.
    """

    name: str
    columns: dict[str, str]
    statement: str
    sliced_by: str = ""


ORDERS = Table(
    "orders",
    {"id": "BIGINT", "customer": "BIGINT", "day": "DATE", "amount": "BIGINT", "cancelled": "BOOLEAN"},
    "SELECT id, person_id, bought_on, paid_mils, is_cancelled FROM purchases_order"
    " WHERE person_id IS NOT NULL AND change_number >= {since} AND id >= {low} AND id < {high}",
    "purchases_order.id",
)
UNKNOWN_ORDERS = Table(
    "unknown_orders",
    {"id": "BIGINT"},
    "SELECT id FROM purchases_order WHERE person_id IS NULL AND change_number >= {since}",
)
REFUNDS = Table(
    "refunds",
    {"id": "BIGINT", "order_id": "BIGINT", "day": "DATE", "amount": "BIGINT"},
    "SELECT r.id, r.order_id, r.refunded_on, r.amount_mils FROM purchases_refund r"
    " JOIN purchases_order o ON o.id = r.order_id WHERE o.change_number >= {since} AND r.id >= {low} AND r.id < {high}",
    "purchases_refund.id",
)
REMOVED = Table(
    "removed", {"id": "BIGINT"}, "SELECT order_id FROM purchases_removedorder WHERE change_number >= {since}"
)
PEOPLE = Table(
    "people",
    {"id": "BIGINT", "is_open_to_us": "BOOLEAN", "has_asked": "BOOLEAN", "added_on": "DATE"},
    "SELECT p.id, NOT EXISTS (SELECT 1 FROM people_personkind k WHERE k.person_id = p.id)"
    " OR EXISTS (SELECT 1 FROM people_personkind k WHERE k.person_id = p.id AND k.kind IN ('customer', 'lead')),"
    " p.needs <> '', {added_on} FROM people_person p"
    " WHERE NOT p.is_bucket AND p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.id >= {low} AND p.id < {high}",
    "people_person.id",
)
NOTES = Table(
    "notes",
    {"person_id": "BIGINT", "day": "DATE"},
    "SELECT DISTINCT n.person_id, {noted_on} FROM people_note n WHERE n.id >= {low} AND n.id < {high}",
    "people_note.id",
)
MEMORIES = Table(
    "memories",
    {
        "customer": "BIGINT",
        "told_on": "DATE",
        "last_seen_on": "DATE",
        "usual_gap_days": "BIGINT",
        "usual_amount": "BIGINT",
    },
    "SELECT person_id, told_on, last_seen_on, usual_gap_days, usual_mils FROM standings_memory",
)
STANDINGS = Table(
    "standings",
    {
        "person_id": "BIGINT", "basis": "VARCHAR", "group": "VARCHAR", "r": "BIGINT", "f": "BIGINT", "m": "BIGINT",
        "first_on": "DATE", "last_on": "DATE", "buying_days": "BIGINT", "net_mils": "BIGINT",
        "median_gap_days": "DOUBLE", "slips_on": "DATE",
    },
    'SELECT person_id, basis, "group", r, f, m, first_on, last_on, buying_days, net_mils, median_gap_days, slips_on'
    " FROM standings_standing WHERE person_id >= {low} AND person_id < {high}",
    "standings_standing.person_id",
)  # fmt: skip

COPIED = (ORDERS, REFUNDS)
CHANGES = (ORDERS, UNKNOWN_ORDERS, REFUNDS, REMOVED)
AFRESH = (PEOPLE, NOTES, MEMORIES, STANDINGS)


def days_of(*, is_postgres: bool, zone: str, shift_seconds: int) -> dict[str, str]:
    """Say how a moment becomes a day of the business. SQLite knows no zones: it shifts by today's difference."""

    def day(column: str) -> str:
        if is_postgres:
            return f"({column} AT TIME ZONE '{zone}')::date"
        return f"date({column}, '{shift_seconds:+d} seconds')"

    return {"added_on": day("p.added_at"), "noted_on": day("n.at")}
