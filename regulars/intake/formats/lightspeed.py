"""Lightspeed (X-Series, once Vend): a sale is a row `Sale` with its total, rows `Sale Line`, and rows `Payment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.intake.formats.base import Format, names
from regulars.intake.staging import wide
from regulars.intake.staging.judging import judge_shop

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.intake.staging.judging import Case

OF_A_LINE = frozenset({"item", "sku", "x_quantity", "x_line_amount"})


def judge(con: DuckDBPyConnection, case: Case) -> None:
    """Only the sale's own row tells the total, only its lines name things; how it was paid says nothing more."""
    there = set(wide.names(con, "record_table"))
    emptied = ", ".join(f"{column} = NULL" for column in sorted(OF_A_LINE & there))
    con.execute(f"UPDATE record_table SET {emptied} WHERE lower(kind) <> 'sale line'")
    con.execute("UPDATE record_table SET x_amount = NULL WHERE lower(kind) <> 'sale'")
    con.execute("UPDATE record_table SET kind = NULL")
    judge_shop(con, case)


LIGHTSPEED = Format(
    slug="lightspeed_sales",
    label="Lightspeed",
    source="lightspeed",
    takes="orders",
    tell_tale=(names("Date|Receipt Number|Line Type|Total"),),
    columns={
        "order_id": names("Receipt Number"),
        "bought_on": names("Date"),
        "kind": names("Line Type"),
        "amount": names("Total"),
        "line_amount": names("Total"),
        "quantity": names("Quantity"),
        "item": names("Details"),
        "sku": names("SKU"),
        "status": names("Status"),
        "tax": names("Sales Tax"),
        "person_id": names("Customer Code"),
        "full_name": names("Customer Name"),
        "channel": names("Register"),
        "served_by": names("User"),
        "order_note": names("Note"),
    },
    judge=judge,
    repeats_total=True,
)
