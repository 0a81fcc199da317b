"""Staged units as people and purchases want to hear of them, read slice by slice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.services.people_of import COLUMNS, Manner, Told, told
from regulars.purchases.services import NewLine, NewOrder, NewRefund

SLICE = 5_000
ORDER = ("unit", "pos", "key", "d_bought_on", "u_bought_on", "paid", "x_tax", "x_shipping", "x_discount", "is_cancelled", "channel",
         "served_by", "order_note", "unreadable", "used_rate")  # fmt: skip
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Unit:
    """One order and who bought it (`person` None: nobody is named), or one person without an order."""

    number: int
    pos: int | None
    person: Told | None
    order: NewOrder | None


def units_after(
    con: DuckDBPyConnection, cursor: int, total: int, manner: Manner, digits: int, *, is_about_sales: bool
) -> Iterator[Unit]:
    """Yield the units after number `cursor` in their order."""
    for start in range(cursor + 1, total + 1, SLICE):
        end = min(start + SLICE - 1, total)
        if is_about_sales:
            yield from _sales(con, start, end, manner, Decimal(1).scaleb(-digits))
        else:
            yield from _people_only(con, start, end, manner)


def pos_of(con: DuckDBPyConnection, unit: int) -> int | None:
    """Return whose unit this is."""
    found = con.execute("SELECT pos FROM unit WHERE unit = ?", [unit]).fetchone()
    return found[0] if found else None


def _people_only(con: DuckDBPyConnection, start: int, end: int, manner: Manner) -> Iterator[Unit]:
    for pos, person in _people(con, start, end, manner).items():
        yield Unit(pos, pos, person, None)


def _people(con: DuckDBPyConnection, first: int, last: int, manner: Manner) -> dict[int, Told]:
    rows = con.execute(
        f"SELECT {', '.join(COLUMNS)} FROM person WHERE pos BETWEEN ? AND ? ORDER BY pos", [first, last]
    ).fetchall()  # noqa: S608
    return {row[0]: told(row, manner) for row in rows}


def _sales(con: DuckDBPyConnection, start: int, end: int, manner: Manner, cent: Decimal) -> Iterator[Unit]:
    rows = con.execute(
        f"SELECT {', '.join(ORDER)} FROM unit WHERE unit BETWEEN ? AND ? ORDER BY unit", [start, end]
    ).fetchall()  # noqa: S608
    named = [row[1] for row in rows if row[1] is not None]
    people = _people(con, min(named), max(named), manner) if named else {}
    lines, refunds = _lines(con, start, end), _refunds(con, start, end, cent)
    for row in rows:
        pos = row[1]
        order = _order(row, tuple(lines.get(row[0], ())), tuple(refunds.get(row[0], ())), manner, cent)
        yield Unit(row[0], pos, people[pos] if pos is not None else None, order)


def _order(
    row: tuple[Any, ...], lines: tuple[NewLine, ...], refunds: tuple[NewRefund, ...], manner: Manner, cent: Decimal
) -> NewOrder:
    (
        _unit,
        _pos,
        key,
        day,
        at,
        paid,
        tax,
        shipping,
        discount,
        is_cancelled,
        channel,
        served_by,
        note,
        unreadable,
        rate,
    ) = row
    if rate != 1:
        note = "\n".join(filter(None, (note, _("Paid in another currency; the worth in yours is as the file says."))))
        tax = shipping = discount = None
    if unreadable:
        note = "\n".join(filter(None, (note, _("E-mail as written: %(text)s") % {"text": unreadable})))
    if served_by:
        note = "\n".join(filter(None, (note, _("Served by %(name)s") % {"name": served_by})))
    return NewOrder(
        manner.source,
        key[:200],
        None,
        day,
        paid.quantize(cent) if paid is not None else NOTHING,
        at.replace(tzinfo=UTC) if at else None,
        lines,
        _positive(tax, cent),
        _positive(shipping, cent),
        _positive(discount, cent),
        (channel or "")[:40],
        None,
        is_cancelled,
        refunds,
        note or "",
    )


def _positive(amount: Decimal | None, cent: Decimal) -> Decimal:
    return abs(amount).quantize(cent) if amount else NOTHING


def _lines(con: DuckDBPyConnection, start: int, end: int) -> dict[int, list[NewLine]]:
    found: dict[int, list[NewLine]] = defaultdict(list)
    for unit, name, sku, quantity, amount in con.execute(
        "SELECT unit, name, sku, quantity, amount FROM unit_item WHERE unit BETWEEN ? AND ?", [start, end]
    ).fetchall():
        found[unit].append(NewLine(name[:200], sku[:100], quantity, amount))
    return found


def _refunds(con: DuckDBPyConnection, start: int, end: int, cent: Decimal) -> dict[int, list[NewRefund]]:
    found: dict[int, list[NewRefund]] = defaultdict(list)
    for unit, reference, day, amount in con.execute(
        "SELECT unit, reference, day, amount FROM unit_refund WHERE unit BETWEEN ? AND ?", [start, end]
    ).fetchall():
        found[unit].append(NewRefund(reference[:200], day, amount.quantize(cent)))
    return found
