"""What is read from the database to grade everybody: the same words for SQLite and PostgreSQL.

Read in a process of its own (`reading`), so nothing here knows Django. A missing number is read as -1 and a missing
day as the first day there is, because SQLite's rows have no types and the first ones must show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NO_DAY = "0001-01-01"
NO_NUMBER = -1


@dataclass(frozen=True)
class Table:
    """One table to read: its columns in DuckDB's types and the SQL that gives each.

    `key` is a whole number by which a long read is cut into slices, so that SQLite can write back its log in between.
    `since` is the change number that tells what is new; none where the table is read whole every time.
    """

    name: str
    columns: Mapping[str, tuple[str, str]]
    origin: str
    key: str = ""
    since: str = ""
    where: str = ""

    def statement(self, days: Mapping[str, str], *, since: int = 0, part: tuple[int, int] | None = None) -> str:
        """Write the query for one part of the rows that changed from `since` on."""
        conditions = [self.where] if self.where else []
        if since and self.since:
            conditions.append(f"{self.since} >= {int(since)}")
        if part:
            conditions.append(f"{self.key} >= {int(part[0])} AND {self.key} < {int(part[1])}")
        picks = ", ".join(sql.format_map(days) for _, sql in self.columns.values())
        filtered = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {picks} FROM {self.origin}{filtered}"

    @property
    def edges(self) -> str:
        """Write the query for the smallest and the largest key."""
        source, name = self.origin.split(" JOIN ")[0], self.key
        return f"SELECT COALESCE(MIN({name}), 0), COALESCE(MAX({name}), -1) FROM {source}"


ORDERS = Table(
    "orders",
    {
        "id": ("BIGINT", "o.id"),
        "customer": ("BIGINT", "o.person_id"),
        "day": ("DATE", "o.bought_on"),
        "amount": ("BIGINT", "o.paid_mils"),
        "refund": ("BIGINT", "o.refunded_mils"),
        "cancelled": ("BOOLEAN", "o.is_cancelled"),
        "channel": ("VARCHAR", "o.channel"),
    },
    origin="purchases_order o",
    key="o.id",
    since="o.change_number",
    where="o.person_id IS NOT NULL",
)
UNKNOWN_ORDERS = Table(
    "unknown_orders",
    {"id": ("BIGINT", "o.id")},
    origin="purchases_order o",
    since="o.change_number",
    where="o.person_id IS NULL",
)
REFUNDS = Table(
    "refunds",
    {
        "order_id": ("BIGINT", "r.order_id"),
        "day": ("DATE", "r.refunded_on"),
        "amount": ("BIGINT", "r.amount_mils"),
    },
    origin="purchases_refund r JOIN purchases_order o ON o.id = r.order_id",
    key="r.id",
    since="o.change_number",
)
LINES = Table(
    "lines",
    {"order_id": ("BIGINT", "l.order_id"), "product": ("BIGINT", "l.product_id")},
    origin="purchases_orderline l JOIN purchases_order o ON o.id = l.order_id",
    key="l.id",
    since="o.change_number",
    where="l.product_id IS NOT NULL AND o.person_id IS NOT NULL",
)
REMOVED = Table("removed", {"id": ("BIGINT", "t.order_id")}, origin="purchases_removedorder t", since="t.change_number")

_KINDS = "SELECT 1 FROM people_personkind k WHERE k.person_id = p.id"
PEOPLE = Table(
    "people",
    {
        "id": ("BIGINT", "p.id"),
        "may_buy": ("BOOLEAN", f"(EXISTS ({_KINDS} AND k.kind IN ('customer', 'lead')) OR NOT EXISTS ({_KINDS}))"),
        "has_asked": ("BOOLEAN", "p.needs <> ''"),
        "added_on": ("DATE", "{added_on}"),
    },
    origin="people_person p",
    key="p.id",
    where="NOT p.is_bucket AND p.merged_into_id IS NULL AND p.erased_at IS NULL",
)
NOTES = Table(
    "notes",
    {"person_id": ("BIGINT", "n.person_id"), "day": ("DATE", "{noted_on}")},
    origin="people_note n",
    key="n.id",
)
ENQUIRIES = Table(
    "enquiries",
    {
        "person_id": ("BIGINT", "e.person_id"),
        "day": ("DATE", "e.asked_on"),
        "might_spend": ("BIGINT", f"COALESCE(CAST(ROUND(e.worth_amount * 1000) AS BIGINT), {NO_NUMBER})"),
    },
    origin="rapport_enquiry e",
    key="e.id",
)
# What they said to us. What we said to them is no sign of theirs, nor is a complaint a wish to buy.
ENCOUNTERS = Table(
    "encounters",
    {"person_id": ("BIGINT", "m.person_id"), "day": ("DATE", "{met_on}")},
    origin="rapport_encounter m",
    key="m.id",
    where="m.person_id IS NOT NULL AND m.direction = 'in' AND m.kind <> 'complaint'",
)
MEMORIES = Table(
    "memories",
    {
        "customer": ("BIGINT", "m.person_id"),
        "told_on": ("DATE", "m.told_on"),
        "last_seen_on": ("DATE", "m.last_seen_on"),
        "usual_gap_days": ("BIGINT", f"COALESCE(m.usual_gap_days, {NO_NUMBER})"),
        "usual_amount": ("BIGINT", "m.usual_mils"),
    },
    origin="standings_memory m",
)
SHARES = Table(
    "shares",
    {
        "customer": ("BIGINT", "t.person_id"),
        "told_on": ("DATE", "t.told_on"),
        "told_share": ("DOUBLE", "t.percent / 100.0"),
    },
    origin="standings_toldshare t",
)
GAPS = ("usual_gap_days", "gap_low_days", "gap_high_days")
SCORES = ("p_alive", "expected_purchases")
COUNTS = ("expected_purchases_low", "expected_purchases_high", "value_mils", "value_low_mils", "value_high_mils")
DAYS = ("next_low_on", "next_on", "next_high_on")
STANDINGS = Table(
    "standings",
    {
        "person_id": ("BIGINT", "s.person_id"),
        "basis": ("VARCHAR", "s.basis"),
        "group": ("VARCHAR", 's."group"'),
        "r": ("BIGINT", f"COALESCE(s.r, {NO_NUMBER})"),
        "f": ("BIGINT", f"COALESCE(s.f, {NO_NUMBER})"),
        "m": ("BIGINT", f"COALESCE(s.m, {NO_NUMBER})"),
        "first_on": ("DATE", f"COALESCE(s.first_on, '{NO_DAY}')"),
        "last_on": ("DATE", f"COALESCE(s.last_on, '{NO_DAY}')"),
        "buying_days": ("BIGINT", "s.buying_days"),
        "net_mils": ("BIGINT", "s.net_mils"),
        **{name: ("DOUBLE", f"COALESCE(s.{name}, {NO_NUMBER}.0)") for name in GAPS},
        "slips_on": ("DATE", f"COALESCE(s.slips_on, '{NO_DAY}')"),
        **{name: ("DOUBLE", f"COALESCE(s.{name}, {NO_NUMBER}.0)") for name in SCORES},
        **{name: ("BIGINT", f"COALESCE(s.{name}, {NO_NUMBER})") for name in COUNTS},
        **{name: ("DATE", f"COALESCE(s.{name}, '{NO_DAY}')") for name in DAYS},
    },
    origin="standings_standing s",
    key="s.person_id",
)

AFRESH = (PEOPLE, NOTES, ENQUIRIES, ENCOUNTERS, MEMORIES, SHARES, STANDINGS)


def days_of_business(*, is_postgres: bool, zone: str, shift_seconds: int) -> dict[str, str]:
    """Say how a moment becomes a day of the business. SQLite knows no zones: it shifts by today's difference."""

    def day(column: str) -> str:
        if is_postgres:
            return f"({column} AT TIME ZONE '{zone}')::date"
        return f"date({column}, '{shift_seconds:+d} seconds')"

    return {"added_on": day("p.added_at"), "noted_on": day("n.at"), "met_on": day("m.happened_at")}
